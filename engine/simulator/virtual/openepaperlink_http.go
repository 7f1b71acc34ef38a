package virtual

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (ap *AccessPoint) sysinfo(rw http.ResponseWriter, _ *http.Request) {
	answer(rw, map[string]any{
		"alias": ap.opts.Name, "env": "ESP32_S3_16_8_YELLOW_AP", "buildtime": "1768750871",
		"buildversion": "2.85", "sha": "0000000", "psramsize": 8383863, "flashsize": 16777216,
		"rollback": true, "ap_version": 31, "hasC6": 1, "hasH2": 0, "hasTslr": 0, "hasFlasher": 0,
	})
}

// getDB gives the list of tags in pieces of some 5,000 bytes (tag_db.cpp, tagDBtoJson).
func (ap *AccessPoint) getDB(rw http.ResponseWriter, r *http.Request) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	tags := []tagRecord{}
	if r.URL.Query().Has("mac") {
		mac := r.URL.Query().Get("mac")
		if len(mac) != 12 && len(mac) != 16 {
			answer(rw, map[string]string{"error": "malformatted parameter"})
			return
		}
		if t := ap.tag(mac); t != nil {
			tags = append(tags, t.record())
		}
		answer(rw, map[string]any{"tags": tags})
		return
	}
	pos, _ := strconv.Atoi(r.URL.Query().Get("pos")) // atoi gives 0 as well
	size := 0
	for i := int(uint8(pos)); i < len(ap.tags); i++ {
		rec := ap.tags[i].record()
		tags = append(tags, rec)
		if size += rec.size(); size > 5000 {
			answer(rw, map[string]any{"tags": tags, "continu": i + 1})
			return
		}
	}
	answer(rw, map[string]any{"tags": tags})
}

// backupDB is the file that the firmware keeps: a list of lists (tag_db.cpp, saveDB).
func (ap *AccessPoint) backupDB(rw http.ResponseWriter, _ *http.Request) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	all := [][]tagRecord{}
	for _, t := range ap.tags {
		all = append(all, []tagRecord{t.record()})
	}
	answer(rw, all)
}

func (ap *AccessPoint) tagTypes(rw http.ResponseWriter, r *http.Request) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	for _, t := range ap.tags {
		if r.PathValue("file") == fmt.Sprintf("%02X.json", t.kind.HW) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, t.kind.file())
			return
		}
	}
	http.NotFound(rw, r)
}

// getData gives what waits for a tag, without the parameter md5.
func (ap *AccessPoint) getData(rw http.ResponseWriter, r *http.Request) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	t := ap.tag(r.URL.Query().Get("mac"))
	if t == nil || len(t.queue) == 0 {
		http.Error(rw, "File not found", http.StatusNotFound)
		return
	}
	rw.Header().Set("Content-Type", "application/octet-stream")
	_, _ = rw.Write(t.queue[0].raw)
}

func (ap *AccessPoint) checkFile(rw http.ResponseWriter, r *http.Request) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	answer(rw, map[string]any{"filesize": len(ap.files[r.URL.Query().Get("path")]), "md5": ""})
}

func (ap *AccessPoint) tagCommand(rw http.ResponseWriter, r *http.Request) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	t := ap.tag(r.PostFormValue("mac"))
	if t == nil {
		http.Error(rw, "Error: mac not found", http.StatusBadRequest)
		return
	}
	if r.PostFormValue("cmd") == "clear" {
		t.queue = nil
		ap.tellTag(t)
	}
	_, _ = io.WriteString(rw, "Ok, done")
}

// imageUpload is doImageUpload of web.cpp: what stands after the picture comes too late
// for it to find the tag's address.
func (ap *AccessPoint) imageUpload(rw http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		http.Error(rw, "parameters incomplete", http.StatusBadRequest)
		return
	}
	form, file, late := map[string]string{}, []byte(nil), false
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return // the client went away
		}
		body, err := io.ReadAll(io.LimitReader(part, 4<<20))
		if err != nil {
			return
		}
		if part.FileName() == "" {
			form[part.FormName()] = string(body)
			continue
		}
		file, late = body, form["mac"] == ""
	}
	ap.mu.Lock()
	defer ap.mu.Unlock()
	t := ap.tag(form["mac"])
	switch {
	case !ap.running:
		http.Error(rw, "Come back later", http.StatusConflict)
	case late || file == nil || ap.currentFault() == NackData:
		http.Error(rw, "parameters incomplete", http.StatusBadRequest)
	case t == nil:
		http.Error(rw, "mac not found", http.StatusBadRequest)
	default:
		ap.keep(t, form, file)
		_, _ = io.WriteString(rw, "Ok, saved")
	}
}

// keep notes an upload. ap.mu is held.
func (ap *AccessPoint) keep(t *Tag, form map[string]string, file []byte) {
	ap.uploads++
	number := func(key string, or int) int {
		if n, err := strconv.Atoi(form[key]); err == nil {
			return n
		}
		return or
	}
	name := fmt.Sprintf("/temp/%s_%d.jpg", form["mac"], time.Since(ap.started).Milliseconds()+int64(ap.uploads))
	ap.files[name] = file
	t.rec.ModeConfig = fmt.Sprintf(`{"filename":"%s","timetolive":"%d","dither":"%d","delete":"1", "preload":"0", "preload_lut":"0", "preload_type":"0"}`,
		name, number("ttl", 0), number("dither", 1))
	t.rec.ContentMode = number("contentmode", 24)
	t.rec.Rotate = number("rotate", t.rec.Rotate)
	t.rec.LUT = number("lut", t.rec.LUT)
	t.rec.Invert = number("invert", t.rec.Invert)
	if alias := strings.TrimSpace(form["alias"]); alias != "" {
		t.rec.Alias = alias
	}
	t.rec.NextUpdate = 0
	ap.tellTag(t)
	ap.poke()
}
