package engine

import (
	"cmp"
	"context"
	"strings"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
)

// Codes of problems that the app offers a way out of.
const (
	CodeLocked     health.Code = "vault.locked"        // see Engine.Unlock and Engine.ForgetSecrets
	CodeSignIn     health.Code = "account.needsSignIn" // see Account.State and Engine.Connect
	CodeSecretEnds health.Code = "account.secretEnds"  // see Engine.ReplaceSecret
	CodeNotUpdated health.Code = "display.notUpdated"  // a display can't be reached, or refuses
	CodeExposed    health.Code = "account.exposed"     // see Engine.CheckExposure
)

// Codes of the other problems that the engine reports.
const (
	codeQuarantined health.Code = "store.quarantined"
	codeStore       health.Code = "store.failed"
	codeKeyFile     health.Code = "vault.keyFile"
	codeSecretsLost health.Code = "vault.secretsLost"
	codeSync        health.Code = "calendar.notRead"
	codeRoom        health.Code = "room.notRead"
	codePanicked    health.Code = "engine.panicked"
	codeCrashLoop   health.Code = "engine.keepsFailing"
	codeDirectory   health.Code = "calendar.directory"
	codeLimit       health.Code = "calendar.limit"
	codeRival       health.Code = "discovery.rival"
	codeStranger    health.Code = "discovery.stranger"
	codeDiscovery   health.Code = "discovery.notice"
	codeTemplate    health.Code = "template"
	codePicture     health.Code = "template.picture"
	codeBattery     health.Code = "display.battery"
	codeGateway     health.Code = "gateway.notReached"
	codeOverdue     health.Code = "display.overdue"
	codeElsewhere   health.Code = "display.elsewhere" // see Engine.Approve
	codeServing     health.Code = "serving.notOpen"
	codeLanguage    health.Code = "language"
)

func (e *Engine) loadActivity(ctx context.Context) error {
	list, err := e.db.Activities(ctx, ActivityShown)
	if err != nil {
		return err
	}
	for _, a := range list {
		e.state.activity = append(e.state.activity,
			Activity{ID: a.ID, At: a.At, Kind: ActivityKind(a.Kind), Text: a.Text, Problem: a.Problem, Actor: a.Actor})
	}
	return nil
}

// record adds a line to the activity list, in the name of whoever ctx is of. It must not hold e.mu.
func (e *Engine) record(ctx context.Context, kind ActivityKind, text string, problem bool) {
	a := Activity{At: e.cfg.Now(), Kind: kind, Text: text, Problem: problem, Actor: e.actor(ctx)}
	id, err := e.db.AddActivity(ctx, store.Activity{At: a.At, Kind: string(kind), Text: text, Problem: problem, Actor: a.Actor})
	if err != nil {
		if ctx.Err() == nil {
			e.storeFailed(err)
		}
		return
	}
	e.health.Clear(codeStore, "")
	a.ID = id
	e.mu.Lock()
	keep := e.state.activity[:min(len(e.state.activity), ActivityShown-1)]
	e.state.activity = append([]Activity{a}, keep...)
	e.mu.Unlock()
	e.changed()
}

// storeFailed tells that something could not be written. Signs go on all the same, and
// whatever is written next takes the problem away.
func (e *Engine) storeFailed(err error) {
	x := Explain(err)
	e.health.Set(health.Problem{Code: codeStore, Severity: health.Error,
		Title: "Roomink can't save to its database", Text: strings.TrimSpace(x.Title + ". " + x.Text),
		Remedy: cmp.Or(x.Remedy, "Free some disk space and check the rights of the data folder.") + " Signs go on, and Roomink tries again by itself."})
}
