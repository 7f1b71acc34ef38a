package tenant

import (
	"embed"
	"html/template"
)

// webFiles holds the pages' templates, their style sheet and the one script.
//
//go:embed web
var webFiles embed.FS

// pages are the parsed templates, safe for concurrent use.
var pages = template.Must(template.ParseFS(webFiles, "web/*.html"))
