package app_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// words finds the keys of all texts in the code: the first argument of lang.L and
// lang.X, and of the small helpers that hand theirs to lang.L.
func words(t *testing.T) []string {
	t.Helper()
	takers := []string{"L", "X", "named", "n"}
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING && slices.Contains(takers, name) {
				key, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Error(err)
				}
				seen[key] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for key := range seen {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

var slot = regexp.MustCompile(`\{\{\.\w+\}\}`)

func TestGermanIsComplete(t *testing.T) {
	data, err := os.ReadFile("translations/de.json")
	if err != nil {
		t.Fatal(err)
	}
	var german map[string]string
	if err := json.Unmarshal(data, &german); err != nil {
		t.Fatal(err)
	}
	keys := words(t)
	if len(keys) < 100 {
		t.Fatalf("only %d texts were found in the code", len(keys))
	}
	for _, key := range keys {
		text, ok := german[key]
		if !ok || text == "" {
			t.Errorf("no German for %q", key)
			continue
		}
		a, b := slot.FindAllString(key, -1), slot.FindAllString(text, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q fills in %q, its German %q", key, a, b)
		}
	}
	for key := range german {
		if !slices.Contains(keys, key) {
			t.Errorf("the German for %q is used nowhere", key)
		}
	}
}
