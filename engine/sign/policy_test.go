package sign_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/sign"
)

func TestValidate(t *testing.T) {
	if err := sign.DefaultPolicy().Validate(); err != nil {
		t.Errorf("the default policy: %v", err)
	}
	for _, c := range []struct {
		name   string
		change func(p *sign.Policy)
		want   string // part of the error; "" = good
	}{
		{"language", func(p *sign.Policy) { p.Language = "tlh" }, ""},
		{"privacy", func(p *sign.Policy) { p.Privacy = "half" }, `privacy: "half" is none of "full", "organizer", "masked"`},
		{"no privacy", func(p *sign.Policy) { p.Privacy = "" }, `privacy: "" is none`},
		{"design", func(p *sign.Policy) { p.Design = "baroque" }, `design: "baroque" is none of "status", "agenda", "timeline", "nameplate", "custom"`},
		{"custom without template", func(p *sign.Policy) { p.Design = sign.Custom }, "choose the template"},
		{"custom", func(p *sign.Policy) { p.Design, p.Template = sign.Custom, "Ours" }, ""},
		{"outside", func(p *sign.Policy) { p.Outside = "dark" }, `outside working hours: "dark" is none of "usual", "closed"`},
		{"code", func(p *sign.Policy) { p.Code = "phone" }, `QR code: "phone" is none of "", "outlook", "address"`},
		{"code without address", func(p *sign.Policy) { p.Code = sign.AddressCode }, "enter the address"},
		{"code address", func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "https://example.com/{room}" }, ""},
		{"code of plain HTTP", func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "http://intranet/rooms?r={room}" }, ""},
		{"relative address", func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "example.com/help" }, "must begin with https://"},
		{"other scheme", func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "javascript:alert(1)" }, "must begin with https://"},
		{"no host", func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "https:///help" }, "must begin with https://"},
		{"broken address", func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "https://exa mple.com" }, "can't be read"},
		{"long address", func(p *sign.Policy) {
			p.Code, p.CodeAddress = sign.AddressCode, "https://example.com/"+strings.Repeat("x", 281)
		}, "has 301 bytes; at most 300"},
		{"an address that nobody uses", func(p *sign.Policy) { p.CodeAddress = "nonsense" }, ""},
		{"stale after", func(p *sign.Policy) { p.StaleAfter = 59 * time.Second }, "choose a minute or more"},
		{"a minute", func(p *sign.Policy) { p.StaleAfter = time.Minute }, ""},
		{"week start", func(p *sign.Policy) { p.WeekStart = 7 }, "can't start on day 7"},
		{"eighth day", func(p *sign.Policy) { p.WorkDays = 0x80 }, "that no week has"},
		{"no working day", func(p *sign.Policy) { p.WorkDays = 0 }, ""},
		{"hours", func(p *sign.Policy) { p.WorkFrom = -1 }, "between 00:00 and 24:00"},
		{"late hours", func(p *sign.Policy) { p.WorkTo = 1441 }, "between 00:00 and 24:00"},
		{"all day", func(p *sign.Policy) { p.WorkFrom, p.WorkTo = 0, 1440 }, ""},
		{"no hours", func(p *sign.Policy) { p.WorkFrom, p.WorkTo = 9*60+5, 9*60+5 }, "choose an end after 09:05"},
		{"soon", func(p *sign.Policy) { p.Soon = 61 * time.Minute }, "up to an hour ahead"},
		{"negative soon", func(p *sign.Policy) { p.Soon = -1 }, "up to an hour ahead"},
		{"an hour", func(p *sign.Policy) { p.Soon = time.Hour }, ""},
		{"text", func(p *sign.Policy) { p.Text = strings.Repeat("ä", 200) }, ""},
		{"long text", func(p *sign.Policy) { p.Text = strings.Repeat("ä", 201) }, "has 201 characters; at most 200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sign.DefaultPolicy()
			c.change(&p)
			err := p.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestValidateSaysAllThatIsWrong(t *testing.T) {
	p := sign.DefaultPolicy()
	p.Privacy, p.Soon, p.WorkFrom = "", -1, 23*60
	if got := strings.Count(p.Validate().Error(), "\n"); got != 2 {
		t.Errorf("%d line breaks in %v", got, p.Validate())
	}
}

// Whatever a policy says, a room can say otherwise.
func TestOverrideHasEveryField(t *testing.T) {
	policy, override := reflect.TypeFor[sign.Policy](), reflect.TypeFor[sign.Override]()
	if policy.NumField() != override.NumField() {
		t.Errorf("%d fields in a policy, %d in an override", policy.NumField(), override.NumField())
	}
	base := sign.DefaultPolicy()
	for i := range policy.NumField() {
		name := policy.Field(i).Name
		t.Run(name, func(t *testing.T) {
			field, ok := override.FieldByName(name)
			if !ok || field.Type != reflect.PointerTo(policy.Field(i).Type) {
				t.Fatalf("an override has it as %v", field.Type)
			}
			var o sign.Override
			if !o.Empty() || o.Apply(base) != base {
				t.Error("an empty override changes something")
			}
			value := reflect.New(policy.Field(i).Type)
			other(value.Elem(), reflect.ValueOf(base).Field(i))
			reflect.ValueOf(&o).Elem().FieldByName(name).Set(value)
			if o.Empty() {
				t.Error("an override of it is empty")
			}

			data, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			var back sign.Override
			if err := json.Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(o, back); diff != "" {
				t.Errorf("through JSON: %s", diff)
			}

			want := base
			reflect.ValueOf(&want).Elem().Field(i).Set(value.Elem())
			if diff := cmp.Diff(want, back.Apply(base)); diff != "" || want == base {
				t.Errorf("applied: %s", diff)
			}
		})
	}
}

// other sets v to something else than than.
func other(v, than reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(than.String() + "x")
	case reflect.Bool:
		v.SetBool(!than.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(than.Int() + 1)
	case reflect.Uint8:
		v.SetUint(than.Uint() ^ 1)
	case reflect.Struct:
		v.Set(than)
		other(v.Field(0), than.Field(0))
	}
}

func TestPolicyThroughJSON(t *testing.T) {
	p := sign.DefaultPolicy()
	p.Soon, p.Code, p.CodeAddress, p.Text, p.Show.Equipment = 10*time.Minute, sign.AddressCode, "https://example.com", "Hello", true
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back sign.Policy
	if err := json.Unmarshal(data, &back); err != nil || back != p {
		t.Errorf("%v: %s", err, cmp.Diff(p, back))
	}
}

// A policy that an earlier Roomink saved has the defaults in all that it did not know.
func TestOldPolicyKeepsNewDefaults(t *testing.T) {
	p := sign.DefaultPolicy()
	if err := json.Unmarshal([]byte(`{"Language":"de","Hours12":true,"Privacy":"masked","StaleAfter":3600000000000}`), &p); err != nil {
		t.Fatal(err)
	}
	want := sign.DefaultPolicy()
	want.Language, want.Hours12, want.Privacy, want.StaleAfter = "de", true, sign.Masked, time.Hour
	if p != want {
		t.Error(cmp.Diff(want, p))
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
}

func TestDays(t *testing.T) {
	days := sign.MondayToFriday.With(time.Friday, false).With(time.Saturday, true).With(time.Monday, true)
	for day, want := range map[time.Weekday]bool{time.Sunday: false, time.Monday: true, time.Thursday: true, time.Friday: false, time.Saturday: true} {
		if days.Has(day) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
}
