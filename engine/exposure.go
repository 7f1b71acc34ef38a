package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/syncer"
)

// exposureEvery is how often a connected application is looked at again: rights in
// Exchange change without anybody telling.
const exposureEvery = 24 * time.Hour

var errNotApplication = errors.New("this look is for connections that were approved for the whole organisation: an account sees no more than it may see anyway")

// CheckExposure looks whether the application can read a mailbox that is no room, such
// as the admin's own, and keeps the outcome. Nothing of the mailbox is kept.
func (e *Engine) CheckExposure(ctx context.Context, mailbox string) (Exposure, error) {
	id := calendar.NewRoomID(mailbox)
	if err := checkAddress(string(id)); err != nil {
		return Exposure{}, err
	}
	e.mu.Lock()
	conn := e.state.conn
	_, isRoom := e.state.rooms[id]
	e.mu.Unlock()
	switch {
	case conn == nil:
		return Exposure{}, errNotConnected
	case conn.mode() != Application:
		return Exposure{}, errNotApplication
	case isRoom:
		return Exposure{}, fmt.Errorf("%s is one of the rooms: give the address of a person, such as your own", id)
	}
	return e.checkExposure(ctx, conn, string(id))
}

func (e *Engine) checkExposure(ctx context.Context, conn *connection, mailbox string) (Exposure, error) {
	err := conn.source.Probe(ctx, mailbox)
	if ctx.Err() != nil {
		return Exposure{}, context.Cause(ctx)
	}
	x := Exposure{State: Exposed, Mailbox: mailbox, At: e.cfg.Now().UTC()}
	switch {
	case err == nil:
	case kindOf(err) == syncer.Denied:
		x.State = Closed
	default:
		problem := Explain(err)
		x.State, x.Problem = Unclear, &problem
	}
	var before Exposure
	err = e.ifCurrent(conn, func() error {
		e.mu.Lock()
		before = e.state.account.Exposure
		e.mu.Unlock()
		if x.State == Unclear && before.State != NotChecked && before.Mailbox == mailbox {
			// What was found out about this mailbox stays true as long as nobody knows better.
			x.State, x.At = before.State, before.At
		}
		if err := e.db.SaveSetting(ctx, settingExposure, x); err != nil {
			return err
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.state.account.Exposure = x
		return nil
	})
	if err != nil {
		return Exposure{}, err
	}
	if x.State != before.State {
		switch x.State {
		case Exposed:
			e.record(ctx, ActAccount, "Roomink can read a mailbox that is no room", true)
		case Closed:
			e.record(ctx, ActAccount, "Exchange refused to show Roomink a mailbox that is no room, as it should", false)
		}
	}
	e.watchExposure()
	e.changed()
	return x, nil
}

// watchExposure sets or clears the warning.
func (e *Engine) watchExposure() {
	e.mu.Lock()
	app := e.state.conn != nil && e.state.conn.mode() == Application
	x := e.state.account.Exposure
	e.mu.Unlock()
	switch {
	case !app || x.State == Closed:
		e.health.Clear(CodeExposed, "")
	case x.State == Exposed:
		e.health.Set(health.Problem{Code: CodeExposed, Severity: health.Warning,
			Title:  "Roomink can read mailboxes that are no rooms",
			Text:   "It was allowed to show it the calendar of " + x.Mailbox + ". It reads rooms only, but whoever got hold of its client secret could read every calendar of the organisation.",
			Remedy: "Narrow its access in Exchange: the step \"Only rooms?\" of the setup has the commands. It can take up to two hours to act; then check again."})
	default:
		e.health.Set(health.Problem{Code: CodeExposed, Severity: health.Notice,
			Title:  "Nobody has checked yet what else Roomink can read",
			Text:   "An approval for the whole organisation covers every mailbox until an administrator narrows it to the rooms.",
			Remedy: "Give the address of an ordinary mailbox at the step \"Only rooms?\" of the setup."})
	}
}

// dueExposure looks again at the mailbox that was looked at before, or that was named
// while setting up.
func (e *Engine) dueExposure(ctx context.Context, conn *connection) {
	if conn.mode() != Application {
		return
	}
	e.mu.Lock()
	x, mailbox := e.state.account.Exposure, e.state.account.Draft.Mailbox
	if x.Mailbox != "" {
		mailbox = x.Mailbox
	}
	id := calendar.NewRoomID(mailbox)
	_, isRoom := e.state.rooms[id]
	e.mu.Unlock()
	if isRoom || checkAddress(string(id)) != nil || e.cfg.Now().Sub(x.At).Abs() < exposureEvery { // clocks are set back, too
		return
	}
	if _, err := e.checkExposure(ctx, conn, string(id)); err != nil && ctx.Err() == nil {
		e.log.Warn("The application's access could not be checked", "err", err)
	}
}
