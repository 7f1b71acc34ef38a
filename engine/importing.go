package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Imported is what became of a list of displays.
type Imported struct {
	Added    int // displays that answered and are adopted now, or were before
	Assigned int
	Problems []ImportProblem
}

// ImportProblem is a line of a list that could not be followed.
type ImportProblem struct {
	Line int // from 1
	Text string
}

// Limits of a list.
const (
	maxList  = 1 << 20 // bytes
	maxLines = 5000
)

// ImportDisplays adds and assigns the displays of a CSV list with the columns address,
// kind, room, name and key, in any order, of which only the first is needed. Commas and
// semicolons separate, as spreadsheets of the country do it. Lines that can't be followed
// are told of and skipped; the error is of the list as a whole. A line may be of an access
// point or hub, which is then used. progress, if not nil, is called after each line.
func (e *Engine) ImportDisplays(ctx context.Context, list []byte, progress func(done, of int)) (Imported, error) {
	lines, err := parseList(list)
	if err != nil {
		return Imported{}, err
	}
	var result Imported
	for i, l := range lines {
		if err := e.importLine(ctx, l, &result); err != nil {
			if ctx.Err() != nil {
				return result, ctx.Err()
			}
			x := Explain(err)
			result.Problems = append(result.Problems, ImportProblem{Line: l.number,
				Text: strings.TrimSpace(cmp.Or(l.address, "?") + ": " + x.Title + ". " + strings.TrimSpace(x.Text+" "+x.Remedy))})
		}
		if progress != nil {
			progress(i+1, len(lines))
		}
	}
	return result, nil
}

// listed is one line of a list.
type listed struct {
	number                         int
	address, kind, room, name, key string
}

// importLine follows one line.
func (e *Engine) importLine(ctx context.Context, l listed, result *Imported) error {
	room, err := e.roomCalled(l.room)
	if err != nil {
		return err
	}
	if l.address == "" {
		return errors.New("the address is missing")
	}
	if l.kind != "" && !slices.ContainsFunc(e.Kinds(), func(k DriverInfo) bool { return k.Protocol == l.kind }) {
		return fmt.Errorf("the kind %q is unknown: leave it empty to find out, or use one of %s", l.kind, e.kindNames())
	}
	id, err := e.listedDisplay(ctx, l)
	if err != nil {
		return err
	}
	if id == "" { // a gateway
		if l.room != "" {
			return errors.New("this is an access point or hub, which has no room: list its displays as address/node")
		}
		return nil
	}
	result.Added++
	if l.name != "" {
		if err := e.Rename(ctx, id, l.name); err != nil {
			return err
		}
	}
	if room == "" {
		return nil
	}
	if err := e.Assign(ctx, id, room); err != nil {
		return err
	}
	result.Assigned++
	return nil
}

// listedDisplay finds the display of a line: one that is known already, by its identity
// or address, or one that is added now.
func (e *Engine) listedDisplay(ctx context.Context, l listed) (display.ID, error) {
	e.mu.Lock()
	var known display.ID
	for id, dev := range e.state.displays {
		if string(id) == l.address || dev.Address == l.address && dev.Panel != (display.Panel{}) {
			known = id
		}
	}
	e.mu.Unlock()
	if known != "" {
		return known, e.Adopt(ctx, known)
	}
	return e.add(ctx, GatewayRequest{Protocol: l.kind, Address: l.address, Key: l.key})
}

func (e *Engine) kindNames() string {
	var names []string
	for _, k := range e.Kinds() {
		names = append(names, k.Protocol)
	}
	return strings.Join(names, ", ")
}

// roomCalled finds a room by its address or its name; "" is none.
func (e *Engine) roomCalled(name string) (calendar.RoomID, error) {
	if name == "" {
		return "", nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if r, ok := e.state.rooms[calendar.NewRoomID(name)]; ok {
		return r.Room.ID, nil
	}
	var found []calendar.RoomID
	for id, r := range e.state.rooms {
		if strings.EqualFold(r.Room.DisplayName(), name) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("there is no room %q: add it on the page of rooms first, or use its address", name)
	case 1:
		return found[0], nil
	default:
		return "", fmt.Errorf("%d rooms are called %q: use the address of the right one", len(found), name)
	}
}

// parseList reads a CSV list with a line of titles.
func parseList(list []byte) ([]listed, error) {
	if len(list) > maxList {
		return nil, fmt.Errorf("the list is larger than %d KB: split it", maxList>>10)
	}
	text, err := decodeText(list)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';'
	} else if bytes.Count(first, []byte("\t")) > bytes.Count(first, []byte(",")) {
		r.Comma = '\t'
	}
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	titles, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the list is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	for i := range titles {
		titles[i] = strings.ToLower(strings.TrimSpace(titles[i]))
	}
	if !slices.Contains(titles, "address") {
		return nil, errors.New("the list has no column \"address\": its first line must hold the titles address, kind, room, name, key, or some of them")
	}
	var lines []listed
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the list: %w", err)
		}
		if len(lines) == maxLines {
			return nil, fmt.Errorf("the list has more than %d lines: split it", maxLines)
		}
		if l, ok := lineOf(titles, record); ok {
			l.number, _ = r.FieldPos(0)
			lines = append(lines, l)
		}
	}
}

// lineOf puts the fields of a line under their titles; false for a line without any.
func lineOf(titles, record []string) (l listed, ok bool) {
	fields := map[string]*string{"address": &l.address, "kind": &l.kind, "room": &l.room, "name": &l.name, "key": &l.key}
	for i, v := range record {
		v = strings.TrimSpace(v)
		ok = ok || v != ""
		if i < len(titles) && fields[titles[i]] != nil {
			*fields[titles[i]] = v
		}
	}
	l.kind = strings.ToLower(l.kind)
	return l, ok
}

// decodeText brings a text file to UTF-8: with a byte order mark it says what it is, and
// what is no UTF-8 was written by a spreadsheet on an old Windows.
func decodeText(data []byte) ([]byte, error) {
	decoder := unicode.BOMOverride(transform.Nop)
	if !utf8.Valid(data) && !bytes.HasPrefix(data, []byte{0xff, 0xfe}) && !bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		decoder = charmap.Windows1252.NewDecoder()
	}
	text, _, err := transform.Bytes(decoder, data)
	if err != nil {
		return nil, fmt.Errorf("read the list as text: %w", err)
	}
	return text, nil
}
