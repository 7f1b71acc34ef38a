package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

// What a room does otherwise must stay with the room, through every listing, and go with
// it.
func TestOverrides(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	rooms := []calendar.Room{{ID: oslo, Name: "Oslo"}, {ID: "bergen@contoso.com", Name: "Bergen"}}
	must(t, db.SaveRooms(t.Context(), rooms, day))
	check := func(want map[calendar.RoomID]sign.Override) {
		t.Helper()
		got, err := db.Overrides(t.Context())
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("overrides (-want +got):\n%s", diff)
		}
	}
	check(map[calendar.RoomID]sign.Override{})
	masked, soon, fields := sign.Masked, 10*time.Minute, sign.Fields{Seats: true}
	o := sign.Override{Privacy: &masked, Soon: &soon, Show: &fields}
	must(t, db.SaveOverride(t.Context(), oslo, sign.Override{Privacy: &masked}))
	must(t, db.SaveOverride(t.Context(), oslo, o))
	must(t, db.SaveOverride(t.Context(), rooms[1].ID, o))
	must(t, db.SaveOverride(t.Context(), rooms[1].ID, sign.Override{}))
	must(t, db.SaveOverride(t.Context(), rooms[1].ID, sign.Override{}))
	if err := db.SaveOverride(t.Context(), "none@contoso.com", o); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of no room: %v; want not found", err)
	}
	must(t, db.SaveRooms(t.Context(), rooms[1:], day.Add(time.Hour))) // Oslo is not listed any more
	must(t, db.Close())

	db = open(t, dir)
	check(map[calendar.RoomID]sign.Override{oslo: o})
	must(t, db.SaveRooms(t.Context(), rooms, day.Add(2*time.Hour))) // and back
	check(map[calendar.RoomID]sign.Override{oslo: o})
	must(t, db.DeleteRoom(t.Context(), oslo))
	must(t, db.SaveRooms(t.Context(), rooms, day.Add(3*time.Hour)))
	check(map[calendar.RoomID]sign.Override{}) // a room that a person deleted comes back as new
}

func TestTemplatesAndPictures(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	must(t, db.SaveTemplate(t.Context(), store.Template{Name: "Übersicht", Source: []byte("old"), ChangedAt: day}))
	templates := []store.Template{
		{Name: "Door", Source: []byte(`{"layout":[]}`), ChangedAt: day},
		{Name: "Übersicht", Source: []byte("new"), ChangedAt: day.Add(time.Hour)},
	}
	pictures := []store.Picture{
		{Name: "https://pictures.contoso.com/a.bmp?v=1", Data: []byte{0, 1, 2}, ETag: `W/"x"`, Modified: "Mon, 23 Nov 2026 08:00:00 GMT", FetchedAt: day},
		{Name: "logo", Data: []byte{3}, FetchedAt: day},
	}
	for i := range templates {
		must(t, db.SaveTemplate(t.Context(), templates[i]))
		must(t, db.SavePicture(t.Context(), store.Picture{Name: pictures[i].Name, Data: []byte("old"), ETag: "old"}))
		must(t, db.SavePicture(t.Context(), pictures[i]))
	}
	must(t, db.SavePicture(t.Context(), store.Picture{Name: "gone", Data: []byte{4}}))
	must(t, db.DeletePicture(t.Context(), "gone"))
	must(t, db.DeletePicture(t.Context(), "gone"))
	must(t, db.Close())

	db = open(t, dir)
	gotTemplates, err := db.Templates(t.Context())
	must(t, err)
	gotPictures, err := db.Pictures(t.Context())
	must(t, err)
	if diff := cmp.Diff(templates, gotTemplates, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("templates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(pictures, gotPictures); diff != "" {
		t.Errorf("pictures (-want +got):\n%s", diff)
	}
	if one, err := db.Template(t.Context(), "Door"); err != nil || !cmp.Equal(one, templates[0]) {
		t.Errorf("%+v, %v; want %+v", one, err, templates[0])
	}
	must(t, db.DeleteTemplate(t.Context(), "Door"))
	for what, err := range map[string]error{
		"delete": db.DeleteTemplate(t.Context(), "Door"),
		"read":   func() error { _, err := db.Template(t.Context(), "Door"); return err }(),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v; want not found", what, err)
		}
	}
}
