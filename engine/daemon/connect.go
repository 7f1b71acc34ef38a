package daemon

import (
	"context"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/entra"
)

// connect signs in, with the registration that the app saved or one from flags.
func connect(ctx context.Context, args []string, cfg Config) error {
	var o options
	f := flags("connect", cfg, &o)
	tenant := f.String("tenant", "", "directory (tenant) `id` or domain of the app registration")
	client := f.String("client-id", "", "application (client) `id` of the app registration; with it the client secret is read from "+secretVariable+" or standard input")
	public := f.Bool("public", false, "the registration has no secret")
	app := f.Bool("app", false, "use the approval of the whole organisation (application permissions) in place of an account")
	way := f.String("way", "code", "how a person signs in: `code`, entered on any computer, or browser, on this one")
	if err := parse(f, args, &o); err != nil {
		return err
	}
	if err := oneOf(f, "way", *way, "code", "browser"); err != nil {
		return err
	}
	if *client == "" && (*tenant != "" || *public || *app) {
		fmt.Fprintf(f.Output(), "%s: -tenant, -public and -app describe an app registration: name it with -client-id\n", f.Name())
		return errUsage
	}
	return withEngine(ctx, o, cfg, func(e *engine.Engine) (err error) {
		if *client != "" {
			c := engine.Credentials{Mode: engine.Delegated, Tenant: *tenant, ClientID: *client, Public: *public}
			if *app {
				c.Mode = engine.Application
			}
			if !*public {
				if c.Secret, err = readSecret(cfg); err != nil {
					return err
				}
			}
			if err := e.SaveCredentials(ctx, c); err != nil {
				return err
			}
		}
		if *way == "browser" {
			err = e.Connect(ctx)
		} else {
			err = e.ConnectWithCode(ctx, func(code entra.DeviceCode) {
				fmt.Fprintf(cfg.Stdout, "Open %s on any computer and enter the code %s. It is good until %s.\n",
					code.Page, code.Code, code.Until.Local().Format(time.TimeOnly))
			})
		}
		if err != nil {
			return err
		}
		a := e.Snapshot().Account
		who := a.Username
		if a.Mode == engine.Application {
			who = "the app, for the whole organisation"
		}
		fmt.Fprintf(cfg.Stdout, "Connected to %s as %s.\n", a.Tenant, who)
		return nil
	})
}
