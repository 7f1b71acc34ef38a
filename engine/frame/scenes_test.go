package frame_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// tongue is what an office that speaks a language calls its rooms and meetings.
type tongue struct {
	language        string
	name, building  string
	equipment, text string
	people          [3]string
	subjects        [6]string // of the meetings at 8:30, 10:00, 11:30, 13:30, 15:00 and 16:15
}

var tongues = []tongue{
	{"en", "Ada Lovelace", "Building 3", "Screen, whiteboard", "Please leave the room tidy",
		[3]string{"Annie Easley", "Zoë Müller", "Human Resources"},
		[6]string{"Stand-up", "Quarterly business review", "Design review: onboarding", "Interview", "Budget 2027", "1:1"}},
	{"de", "Konferenzraum Größenwahn", "Haus B", "Bildschirm, Tafel", "Bitte den Raum aufgeräumt verlassen",
		[3]string{"Jürgen Weiß", "Änne Österreicher", "Personalabteilung"},
		[6]string{"Tagesbeginn", "Lenkungsausschuss Straßenbau", "Geschäftsführung: Überblick viertes Quartal", "Rücksprache", "Haushalt 2027", "Jour fixe"}},
	{"fr", "Salle Émilie du Châtelet", "Bâtiment A", "Écran, tableau blanc", "Merci de laisser la salle en ordre",
		[3]string{"Françoise Lefèvre", "Jérôme Gauthier", "Ressources humaines"},
		[6]string{"Mêlée quotidienne", "Comité de direction", "Revue de conception : l’accueil des nouveaux", "Entretien", "Budget 2027", "Point à deux"}},
	{"es", "Sala Santiago Ramón y Cajal", "Edificio 2", "Pantalla, pizarra", "Por favor, deje la sala ordenada",
		[3]string{"Íñigo Núñez", "María José Ibáñez", "Recursos Humanos"},
		[6]string{"Reunión diaria", "Revisión del trimestre", "¿Qué haremos el año que viene?", "Entrevista", "Presupuesto 2027", "Mano a mano"}},
	{"ja", "会議室 さくら", "本館", "スクリーン、ホワイトボード", "使用後は片付けてください",
		[3]string{"山田 太郎", "佐藤 花子", "人事部"},
		[6]string{"朝会", "四半期レビュー", "新入社員研修の設計レビュー", "面接", "2027年度予算", "1対1"}},
	{"ar", "قاعة الخوارزمي", "المبنى 3", "شاشة، سبورة", "يرجى ترك القاعة مرتبة",
		[3]string{"ليلى حداد", "يوسف العلي", "الموارد البشرية"},
		[6]string{"اجتماع الصباح", "مراجعة ميزانية الربع الرابع", "مراجعة تصميم Roomink مع الفريق", "مقابلة", "ميزانية 2027", "لقاء فردي"}},
}

// at is the office of a language at ten past ten.
func (l tongue) at(o office) office {
	o.policy.Language, o.policy.Soon = l.language, 10*time.Minute
	o.room = calendar.Room{ID: "room@example.com", Name: l.name, Building: l.building, Floor: "2", Capacity: 12, Equipment: l.equipment}
	return o
}

// day are the meetings of the language's office without those from leave to before until.
func (l tongue) day(o office, leave, until int) (events []calendar.Event) {
	for i, t := range [][2]int{{830, 930}, {1000, 1100}, {1130, 1230}, {1330, 1415}, {1500, 1600}, {1615, 1700}} {
		if t[0] < leave || t[0] >= until {
			events = append(events, o.meeting(t[0], t[1], l.subjects[i], l.people[i%3]))
		}
	}
	return events
}

// scene is a state in which a sign can be.
type scene struct {
	name string
	sign func(l tongue, o office) sign.Sign
}

var scenes = []scene{
	{"free", func(l tongue, o office) sign.Sign { return o.compose(l.day(o, 1000, 1100)...) }},
	{"busy", func(l tongue, o office) sign.Sign { return o.compose(l.day(o, 0, 0)...) }},
	{"free-all-day", func(l tongue, o office) sign.Sign { return o.compose() }},
	{"starts-soon", func(l tongue, o office) sign.Sign {
		return o.compose(append(l.day(o, 1000, 1100), o.meeting(1015, 1100, l.subjects[1], l.people[1]))...)
	}},
	{"ends-soon", func(l tongue, o office) sign.Sign {
		return o.compose(append(l.day(o, 1000, 1100), o.meeting(900, 1015, l.subjects[1], l.people[1]))...)
	}},
	{"all-day", func(l tongue, o office) sign.Sign {
		event := o.meeting(0, 0, l.subjects[4], l.people[2])
		event.AllDay, event.Start = true, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		event.End = event.Start.AddDate(0, 0, 1)
		return o.compose(event)
	}},
	{"private", func(l tongue, o office) sign.Sign {
		events := l.day(o, 0, 0)
		events[1].Private = true
		return o.compose(events...)
	}},
	{"crowded", func(l tongue, o office) sign.Sign {
		events := l.day(o, 0, 0)
		for from := 1045; from < 1800; from += 100 {
			events = append(events, o.meeting(from, from+45, l.subjects[from/100%6]+" – "+l.subjects[from/100%5], l.people[from%3]))
		}
		return o.compose(events...)
	}},
	{"closed", func(l tongue, o office) sign.Sign {
		o.policy.Outside, o.policy.WorkFrom = sign.SayShut, 11*60
		return o.compose(l.day(o, 0, 1100)...)
	}},
	{"unassigned", func(l tongue, o office) sign.Sign { return sign.ComposeUnassigned("4F-21", o.policy) }},
	{"stale", func(l tongue, o office) sign.Sign {
		o.syncedAt = o.at(8, 55)
		return o.compose(l.day(o, 0, 0)...)
	}},
	{"signed-out", func(l tongue, o office) sign.Sign {
		o.account = sign.AccountSignedOut
		return o.compose(l.day(o, 0, 0)...)
	}},
	{"never-synced", func(l tongue, o office) sign.Sign {
		o.syncedAt = time.Time{}
		return o.compose()
	}},
	{"removed", func(l tongue, o office) sign.Sign {
		o.account = sign.RoomRemoved
		return o.compose()
	}},
	{"all-marks", func(l tongue, o office) sign.Sign {
		o.policy.Show.Equipment, o.policy.Text = true, l.text
		o.policy.Code, o.policy.CodeAddress = sign.AddressCode, "https://go.example.com/{room}"
		return o.compose(l.day(o, 0, 0)...).WithLowBattery()
	}},
	{"outlook-code", func(l tongue, o office) sign.Sign {
		o.policy.Code = sign.OutlookCode
		return o.compose(l.day(o, 1000, 1100)...)
	}},
	{"bare", func(l tongue, o office) sign.Sign {
		o.policy.Show, o.policy.Logo = sign.Fields{}, false
		return o.compose(l.day(o, 0, 0)...)
	}},
}

func sceneNamed(t testing.TB, name string) scene {
	t.Helper()
	for _, s := range scenes {
		if s.name == name {
			return s
		}
	}
	t.Fatalf("no scene %q", name)
	return scene{}
}

// compose makes the sign of a scene in a language.
func (s scene) compose(t testing.TB, l tongue, design sign.Design) sign.Sign {
	o := l.at(newOffice(t))
	o.policy.Design = design
	return s.sign(l, o)
}

// brand is a look with a logo: a ring and a few bars in two colours, half transparent.
func brand() *frame.Look {
	m := image.NewNRGBA(image.Rect(0, 0, 240, 80))
	for y := range 80 {
		for x := range 80 {
			if far := (x-40)*(x-40) + (y-40)*(y-40); far < 38*38 && (far > 24*24 || far < 12*12) {
				m.SetNRGBA(x, y, color.NRGBA{R: 30, G: 70, B: 200, A: 255})
			}
		}
	}
	for i := range 5 {
		draw.Draw(m, image.Rect(95+i*28, 20, 115+i*28, 60-i*5), image.Black, image.Point{}, draw.Src)
	}
	return &frame.Look{Logo: m}
}
