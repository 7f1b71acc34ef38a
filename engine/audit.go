package engine

import (
	"context"
	"fmt"
	"os/user"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/roomink/roomink/engine/sign"
)

// itself marks what Roomink does by itself, as opposed to what a person asked for.
type itself struct{}

// byItself marks a context of something that nobody asked for.
func byItself(ctx context.Context) context.Context { return context.WithValue(ctx, itself{}, true) }

// actor is who asked for what ctx is of, "" if nobody did.
func (e *Engine) actor(ctx context.Context) string {
	if ctx.Value(itself{}) != nil {
		return ""
	}
	return e.cfg.Actor
}

// currentUser names whoever runs the program, without the domain that Windows puts before.
func currentUser() string {
	u, err := user.Current()
	if err != nil {
		return "unknown user"
	}
	name := u.Username
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		name = name[i+1:]
	}
	return name
}

// policyChanges says what differs between two policies, "" if nothing does.
func policyChanges(before, after sign.Policy) string {
	var list []string
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if old, now := b.Field(i).Interface(), a.Field(i).Interface(); old != now {
			list = append(list, fmt.Sprintf("%s %s → %s", spaced(b.Type().Field(i).Name), said(old), said(now)))
		}
	}
	return strings.Join(list, "; ")
}

// overrideChanges is the same of what a room does otherwise.
func overrideChanges(before, after sign.Override) string {
	var list []string
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	value := func(v reflect.Value) string {
		if v.IsNil() {
			return "as the organisation"
		}
		return said(v.Elem().Interface())
	}
	for i := range b.NumField() {
		if old, now := value(b.Field(i)), value(a.Field(i)); old != now {
			list = append(list, fmt.Sprintf("%s %s → %s", spaced(b.Type().Field(i).Name), old, now))
		}
	}
	return strings.Join(list, "; ")
}

// said words a value of a policy.
func said(v any) string {
	switch v := v.(type) {
	case sign.Minutes:
		return fmt.Sprintf("%02d:%02d", v/60, v%60)
	case time.Duration:
		return minutes(v)
	case sign.Days:
		var names []string
		for d := time.Sunday; d <= time.Saturday; d++ {
			if v.Has(d) {
				names = append(names, d.String()[:3])
			}
		}
		return strings.Join(names, " ")
	case sign.Fields:
		var names []string
		f := reflect.ValueOf(v)
		for i := range f.NumField() {
			if f.Field(i).Bool() {
				names = append(names, spaced(f.Type().Field(i).Name))
			}
		}
		return strings.Join(names, " ")
	case bool:
		if v {
			return "on"
		}
		return "off"
	}
	if s := fmt.Sprint(v); s != "" {
		return s
	}
	return "none"
}

// spaced turns "StaleAfter" into "stale after".
func spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
