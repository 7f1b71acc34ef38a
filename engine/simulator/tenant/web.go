package tenant

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

// webFiles holds the pages' templates, their style sheets and the one script.
//
//go:embed web
var webFiles embed.FS

// pages are the parsed templates, safe for concurrent use.
var pages = template.Must(template.ParseFS(webFiles, "web/*.html"))

// policy keeps the pages to their own files. There is no form-action in it:
// browsers apply that to redirects after a post too, and the last redirect of a
// sign-in leaves for the app. Inline styles place the meetings of a day.
const policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"

func (t *Tenant) writePage(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		t.log.Error("render simulated page", "page", name, "error", err)
		http.Error(w, "render page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// same-origin, not no-referrer: the latter makes browsers send Origin: null.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client hung up: nothing left to tell it
}

// serveAsset serves the style sheets and the script under /assets/.
func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	kinds := map[string]string{"entra.css": "text/css; charset=utf-8", "outlook.css": "text/css; charset=utf-8", "outlook.js": "text/javascript; charset=utf-8"}
	kind, ok := kinds[name]
	body, err := webFiles.ReadFile("web/" + name)
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body)
}
