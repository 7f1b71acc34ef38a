package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/store"
)

func displayWith(t *testing.T, db *store.DB, id display.ID) store.Display {
	t.Helper()
	all, err := db.Displays(t.Context())
	must(t, err)
	for _, d := range all {
		if d.ID == id {
			return d
		}
	}
	t.Fatalf("%s is not there", id)
	return store.Display{}
}

func TestPullDisplays(t *testing.T) {
	db := open(t, t.TempDir())
	d := store.Display{Display: display.Display{ID: "trmnl:01", Address: "192.0.2.7"}}
	must(t, db.SaveDisplay(t.Context(), d))
	must(t, db.SetPull(t.Context(), d.ID, true))
	must(t, db.SaveHost(t.Context(), d.ID, "192.0.2.7"))
	must(t, db.SaveToken(t.Context(), d.ID, "c0ffee", []byte("sealed")))
	d.Pull, d.Host, d.TokenHash = true, "192.0.2.7", "c0ffee"
	d.Firmware, d.LastSeen, d.Due = "1.7.8", day, day.Add(time.Hour)
	d.Telemetry = display.Telemetry{Battery: 3900, Percent: 60, Signal: -71, Temperature: 21.5, At: day}
	must(t, db.SaveHeard(t.Context(), []store.Display{d, {Display: display.Display{ID: "gone"}}}))
	if diff := cmp.Diff(d, displayWith(t, db, d.ID)); diff != "" {
		t.Errorf("display (-want +got):\n%s", diff)
	}
	for what, err := range map[string]error{
		"pull": db.SetPull(t.Context(), "gone", true), "host": db.SaveHost(t.Context(), "gone", "192.0.2.7"),
		"token": db.SaveToken(t.Context(), "gone", "c0ffee", []byte("sealed")),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s of a display that is gone: %v; want ErrNotFound", what, err)
		}
	}
	if _, err := db.Secret(t.Context(), store.DisplaySecret("gone")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("secret of a display that is gone: %v; want ErrNotFound", err)
	}
	old := d.ID
	d.ID = "trmnl:02"
	must(t, db.RenameDisplay(t.Context(), old, d.ID, []byte("sealed anew")))
	if diff := cmp.Diff(d, displayWith(t, db, d.ID)); diff != "" {
		t.Errorf("renamed display (-want +got):\n%s", diff)
	}
	if sealed, err := db.Secret(t.Context(), store.DisplaySecret(d.ID)); err != nil || string(sealed) != "sealed anew" {
		t.Errorf("secret of a renamed display: %q, %v", sealed, err)
	}
	if _, err := db.Secret(t.Context(), store.DisplaySecret(old)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("secret under the old name: %v; want ErrNotFound", err)
	}
	must(t, db.DeleteDisplay(t.Context(), d.ID))
	if _, err := db.Secret(t.Context(), store.DisplaySecret(d.ID)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("secret of a forgotten display: %v; want ErrNotFound", err)
	}
}

// What a gateway took is neither on the glass nor forgotten.
func TestOffered(t *testing.T) {
	db := open(t, t.TempDir())
	d := store.Display{Display: display.Display{ID: "oepl:01"}}
	must(t, db.SaveDisplay(t.Context(), d))
	must(t, db.SaveDelivered(t.Context(), d.ID, "before", day))
	must(t, db.SaveOffered(t.Context(), d.ID, "after", "ticket", day.Add(time.Minute)))
	d.Written, d.Offered, d.Ticket, d.OfferedAt = true, "after", "ticket", day.Add(time.Minute)
	check := func() {
		t.Helper()
		if diff := cmp.Diff(d, displayWith(t, db, d.ID)); diff != "" {
			t.Errorf("display (-want +got):\n%s", diff)
		}
	}
	check()
	must(t, db.SaveDelivered(t.Context(), d.ID, "after", day.Add(time.Hour)))
	d.Offered, d.OfferedAt, d.Delivered, d.DeliveredAt = "", time.Time{}, "after", day.Add(time.Hour)
	check()
	must(t, db.SaveOffered(t.Context(), d.ID, "more", "ticket", day))
	must(t, db.ForgetDelivered(t.Context(), d.ID))
	d.Ticket, d.Delivered, d.DeliveredAt = "", "", time.Time{}
	check()
	must(t, db.SaveOffered(t.Context(), "gone", "hash", "ticket", day)) // forgotten meanwhile
}

func TestGateways(t *testing.T) {
	db := open(t, t.TempDir())
	g := store.Gateway{Hub: display.Hub{Protocol: "oepl", Address: "192.0.2.9:80", Name: "AP", Model: "ESP32-S3", Firmware: "2.80"}, AddedAt: day, LastSeen: day}
	must(t, db.SaveGateway(t.Context(), g))
	other := g
	other.Protocol, other.Name = "syncsign", "Hub"
	must(t, db.SaveGateway(t.Context(), other))
	g.LastSeen, g.Firmware = day.Add(time.Hour), "2.81"
	again := g
	again.AddedAt = day.Add(time.Hour)
	must(t, db.SaveGateway(t.Context(), again))
	check := func(want ...store.Gateway) {
		t.Helper()
		got, err := db.Gateways(t.Context())
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("gateways (-want +got):\n%s", diff)
		}
	}
	check(g, other)
	must(t, db.SaveSecret(t.Context(), store.GatewaySecret(g.Protocol, g.Address), []byte("sealed")))
	must(t, db.DeleteGateway(t.Context(), g.Protocol, g.Address))
	check(other)
	if _, err := db.Secret(t.Context(), store.GatewaySecret(g.Protocol, g.Address)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("key of a forgotten gateway: %v; want ErrNotFound", err)
	}
	if err := db.DeleteGateway(t.Context(), g.Protocol, g.Address); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("forget it twice: %v; want ErrNotFound", err)
	}
}

func TestReadings(t *testing.T) {
	db := open(t, t.TempDir())
	must(t, db.SaveDisplay(t.Context(), store.Display{Display: display.Display{ID: "a"}}))
	today := store.Day(day)
	at := func(day, millivolts int) store.Reading {
		return store.Reading{ID: "a", Day: day, Millivolts: millivolts}
	}
	must(t, db.SaveReadings(t.Context(), []store.Reading{at(today-400, 4200), at(today-2, 4100), at(today, 4000), {ID: "gone", Day: today}}))
	must(t, db.SaveReadings(t.Context(), []store.Reading{at(today, 3990)}))
	check := func(from int, want ...store.Reading) {
		t.Helper()
		got, err := db.Readings(t.Context(), from)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("readings (-want +got):\n%s", diff)
		}
	}
	check(0, at(today-2, 4100), at(today, 3990)) // more than a year ago is gone
	check(today, at(today, 3990))
	must(t, db.DeleteDisplay(t.Context(), "a"))
	check(0)
}
