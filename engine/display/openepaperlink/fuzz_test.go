package openepaperlink

import (
	"testing"
	"time"
)

func FuzzTagType(f *testing.F) {
	f.Add([]byte(`{"name":"M2 4.2\"","width":400,"height":300,"bpp":2,"colortable":{"white":[255,255,255],"black":[0,0,0],"red":[255,0,0]},"shortlut":1}`))
	f.Add([]byte(`{"name":"Spectra 7.3","width":800,"height":480,"bpp":4,"colortable":{"black":[0,0,0],"white":[255,255,255],"yellow":[255,255,0],"red":[255,0,0],"orange":[255,128,0],"blue":[0,0,255],"green":[0,255,0]}}`))
	f.Add([]byte(`{"width":-1,"bpp":9,"colortable":{"white":[256,-1,0]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		k, err := parseTagType(body)
		if err == nil && (k.panel.Validate() != nil || len(k.inks) != len(k.panel.Scheme.Palette())) {
			t.Errorf("accepted %+v", k)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"tags":[{"mac":"00007E23907FB299","hash":"4eaaf64af5f3dcc50000000000000000","lastseen":1780232916,"nextupdate":1780234085,"nextcheckin":1780232976,"pending":true,"RSSI":-62,"temperature":29,"batteryMv":3062,"hwType":51,"wakeupReason":4,"modecfgjson":"{\"filename\":\"/temp/x.jpg\"}","isexternal":false,"ver":41}],"continu":25}`))
	f.Add([]byte(`[[{"mac":"00007E23907FB299"}],[{"mac":"x"}]]`))
	f.Add([]byte(`junk{"sys":{"currtime":1780232927}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, _ := parsePage(body)
		backup, _ := parseBackup(body)
		m, _ := parseMessage(body)
		now := time.Unix(1_800_000_000, 0)
		for _, r := range append(append(p.Tags, backup...), m.Tags...) {
			if len(r.MAC) != 16 || len(r.name()) > 200 || len(r.upload()) > 100 || len(r.picture())%16 != 0 {
				t.Errorf("accepted %+v", r)
			}
			tm := r.telemetry(when(r.LastSeen, now))
			if tm.Battery < 0 || tm.Battery > 10000 || tm.Signal > 0 || tm.At.After(now) {
				t.Errorf("telemetry %+v", tm)
			}
		}
	})
}

func FuzzReply(f *testing.F) {
	f.Add(append([]byte{0x81, 192, 0, 2, 1, 'A', 'P'}, make([]byte, 34)...))
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		if alias, err := parseReply(b); err == nil && (alias == "" || len([]rune(alias)) > aliasLen) {
			t.Errorf("alias %q", alias)
		}
	})
}
