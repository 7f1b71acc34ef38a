package settings_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/roomink/roomink/app/apptest"
)

// Files for a bad day are made first and saved then; nothing is saved of what failed.
func TestSupport(t *testing.T) {
	f := &fake{}
	p, _ := open(t, f, apptest.Snapshot(apptest.Noon))
	day := apptest.Noon.Format("2006-01-02")
	p.ExportDiagnostics()
	p.Backup("correct horse battery")
	if f.saved["roomink-diagnostics-"+day+".zip"] != "zip" || f.saved["roomink-"+day+".roomink"] != "sealed" || len(f.saved) != 2 {
		t.Errorf("saved %v", f.saved)
	}
	p.Restore([]byte("sealed"), "correct horse battery")
	if want := []string{"diagnostics", "backup correct horse battery", "restore sealed correct horse battery"}; !slices.Equal(f.did, want) {
		t.Errorf("did %q; want %q", f.did, want)
	}
	f.saved, f.fail = nil, errors.New("the disk is full")
	p.ExportDiagnostics()
	p.Backup("correct horse battery")
	if len(f.saved) != 0 {
		t.Errorf("saved %v of what failed", f.saved)
	}
	f.logos = [][]byte{nil} // a person chooses a file
	p.AskBackup()
	p.ChooseBackup()
}
