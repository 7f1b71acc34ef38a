package architecture_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/roomink/roomink"

// listed is the part of `go list -json` that matters here.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports, Deps   []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var list []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if !under(p.ImportPath, "build") { // what a developer tries out, not in git
			list = append(list, p)
		}
	}
	if len(list) < 15 {
		t.Fatalf("only %d packages found", len(list))
	}
	return list
}

// under reports whether path is dir or lies below it.
func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func underAny(path string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return under(path, d) })
}

const (
	fyne     = "fyne.io/fyne/v2"
	graphSDK = "github.com/microsoftgraph/msgraph-sdk-go"
)

// forbidden says what a package must not reach, directly or through others.
var forbidden = []struct {
	what   string
	from   func(pkg string) bool
	to     func(dep string) bool
	direct bool // only its own imports count
	why    string
}{
	{
		what: "only app and main.go reach Fyne",
		from: func(p string) bool { return p != "" && !under(p, "app") },
		to:   func(d string) bool { return under(d, fyne) || under(d, "fyne.io/systray") },
		why:  "the engine works without a screen",
	},
	{
		what: "only main.go imports Fyne's driver", direct: true,
		from: func(p string) bool { return p != "" },
		to:   func(d string) bool { return under(d, fyne+"/app") || under(d, fyne+"/internal") },
		why:  "it needs C and GL headers; without it every page builds and is tested in seconds",
	},
	{
		what: "only engine/graph imports the Graph SDK", direct: true,
		from: func(p string) bool { return p != "engine/graph" },
		to: func(d string) bool {
			return under(d, graphSDK) || under(d, graphSDK+"-core") || strings.HasPrefix(d, "github.com/microsoft/kiota")
		},
		why: "one package maps Microsoft's types to ours",
	},
	{
		what: "only programs that wire it in reach the Graph SDK",
		from: func(p string) bool {
			return !slices.Contains([]string{"", "engine/graph", "engine/endtoend", "engine/cmd/roominkd"}, p)
		},
		to:  func(d string) bool { return under(d, graphSDK) },
		why: "it costs minutes to compile",
	},
	{
		what: "the engine never knows the app",
		from: func(p string) bool { return under(p, "engine") },
		to:   func(d string) bool { return under(d, module+"/app") },
		why:  "imports run one way",
	},
	{
		what: "the app knows the engine and its pure types only", direct: true,
		from: func(p string) bool { return under(p, "app") },
		to: func(d string) bool {
			return under(d, module+"/engine") && !slices.Contains([]string{
				module + "/engine", module + "/engine/calendar", module + "/engine/display", module + "/engine/health", module + "/engine/sign",
			}, d)
		},
		why: "it gets snapshots and sends commands",
	},
	{
		what: "domain packages reach no I/O", direct: true,
		from: func(p string) bool { return slices.Contains(domain, p) },
		to: func(d string) bool {
			return slices.Contains([]string{"os", "net", "net/http", "database/sql", "os/exec", "io/ioutil", "syscall", "log", "log/slog"}, d) ||
				under(d, module+"/engine") && !slices.Contains(domain, strings.TrimPrefix(d, module+"/"))
		},
		why: "they are pure: the same input gives the same answer",
	},
	{
		what: "assets import nothing of ours",
		from: func(p string) bool { return under(p, "assets") },
		to:   func(d string) bool { return under(d, module) && !under(d, module+"/assets") },
		why:  "they are data",
	},
	{
		what: "the simulator shares no code with what it tests",
		from: func(p string) bool { return under(p, "engine/simulator") },
		to: func(d string) bool {
			return underAny(d, module+"/engine/entra", module+"/engine/graph", module+"/engine/display", module+"/engine/discovery", module+"/engine/frame")
		},
		why: "one error could hide in both",
	},
	{
		what: "drivers know no other part of the engine", direct: true,
		from: func(p string) bool { return strings.HasPrefix(p, "engine/display/") },
		to: func(d string) bool {
			return under(d, module+"/engine") && !underAny(d, module+"/engine/display", module+"/engine/frame")
		},
		why: "a driver speaks one protocol and nothing else",
	},
}

var domain = []string{"engine/calendar", "engine/sign", "engine/display", "engine/health", "engine/frame", "engine/template"}

func TestImports(t *testing.T) {
	list := packages(t)
	for _, rule := range forbidden {
		t.Run(rule.what, func(t *testing.T) {
			for _, p := range list {
				if !rule.from(p.ImportPath) {
					continue
				}
				deps := p.Deps
				if rule.direct {
					deps = p.Imports
				}
				for _, d := range deps {
					if rule.to(d) {
						t.Errorf("%q reaches %s; %s", p.ImportPath, d, rule.why)
					}
				}
			}
		})
	}
}

func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		var docs []string
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				docs = append(docs, name)
			}
		}
		if len(p.GoFiles) > 0 && len(docs) != 1 {
			t.Errorf("%s has %d package comments (%s); want one", p.ImportPath, len(docs), strings.Join(docs, ", "))
		}
	}
}

// maxLines is the house limit of a source file; tables and tests may be longer.
const maxLines = 450

func TestFileLength(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			data, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(data, []byte("\n")); n > maxLines {
				t.Errorf("%s/%s has %d lines; want at most %d: is it still one idea?", p.ImportPath, name, n, maxLines)
			}
		}
	}
}
