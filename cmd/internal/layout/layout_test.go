// Package layout holds the tests of how the project is laid out: which folders
// there are, who imports whom, and that no package has state of its own.
package layout

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the project's folder.
const root = "../../.."

// file is a Go file of the project.
type file struct {
	// dir is its folder, relative to the project, with slashes.
	dir, name string
	test      bool
	syntax    *ast.File
}

// imports are the paths that the file imports.
func (f file) imports() []string {
	var all []string
	for _, spec := range f.syntax.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			all = append(all, p)
		}
	}
	return all
}

// files parses every Go file of the project, whatever its build constraints.
func files(t *testing.T) []file {
	t.Helper()
	var all []file
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != root && (strings.HasPrefix(base, ".") || base == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") {
			return nil
		}
		syntax, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		all = append(all, file{dir: filepath.ToSlash(rel), name: base, test: strings.HasSuffix(base, "_test.go"), syntax: syntax})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d Go files were found below %s", len(all), root)
	}
	return all
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !topLevel(e.Name()) {
			t.Errorf("folder %s at the top level: there are cmd, ingest, rules, reports, schema and testdata", e.Name())
		}
	}
}

func topLevel(folder string) bool {
	// bin and out are left by the commands and ignored by Git.
	known := []string{"cmd", "ingest", "rules", "reports", "schema", "testdata", "bin", "out", "rollcall-data", "rollcall-reports"}
	return strings.HasPrefix(folder, ".") || slices.Contains(known, folder)
}

func TestImports(t *testing.T) {
	for _, f := range files(t) {
		for _, imported := range f.imports() {
			if why := forbidden(f.dir, imported, f.test); why != "" {
				t.Errorf("%s/%s imports %s: %s", f.dir, f.name, imported, why)
			}
		}
	}
}

// forbidden says why a file in dir may not import a package, or nothing.
func forbidden(dir, imported string, test bool) string {
	if strings.HasPrefix(imported, "github.com/compose-spec/") && !test {
		return "compose-go is for tests alone"
	}
	if imported == "C" {
		return "the program is built without cgo"
	}
	ours, found := strings.CutPrefix(imported, "rollcall/")
	if !found {
		return ""
	}
	from, _, _ := strings.Cut(dir, "/")
	to, _, _ := strings.Cut(ours, "/")
	switch from {
	case "cmd", to:
		return ""
	case "schema":
		return "schema imports nothing of ours"
	case "ingest", "rules", "reports":
		if to == "schema" {
			return ""
		}
		return from + " imports only schema and itself; cmd connects the parts"
	}
	return "unknown part " + from
}

func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		dir, imported string
		test, want    bool
	}{
		{"schema/chdb", "rollcall/schema", false, false},
		{"schema", "rollcall/ingest/kafka", false, true},
		{"schema", "rollcall/ingest/kafka", true, true},
		{"ingest", "rollcall/schema", false, false},
		{"ingest", "rollcall/ingest/jsondoc", false, false},
		{"ingest/kafka", "rollcall/rules", false, true},
		{"rules/notice", "rollcall/ingest", true, true},
		{"rules", "rollcall/reports", false, true},
		{"reports", "rollcall/rules", false, true},
		{"reports", "rollcall/cmd/internal/config", false, true},
		{"cmd/rollcall", "rollcall/rules/notice", false, false},
		{"rules", "time", false, false},
		{"cmd/rollcall", "github.com/compose-spec/compose-go/v2/cli", false, true},
		{"cmd/internal/compose", "github.com/compose-spec/compose-go/v2/cli", true, false},
		{"schema/chdb", "C", false, true},
	} {
		if got := forbidden(c.dir, c.imported, c.test); (got != "") != c.want {
			t.Errorf("%s imports %s (test: %v): %q, want forbidden: %v", c.dir, c.imported, c.test, got, c.want)
		}
	}
	if topLevel("pkg") || !topLevel("rules") || !topLevel(".ci") {
		t.Error("the folders of the top level are mistaken")
	}
}

// TestPackageNames wants packages that are named for what they provide, and
// documented.
func TestPackageNames(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range files(t) {
		for _, part := range strings.Split(f.dir+"/"+f.syntax.Name.Name, "/") {
			if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "base"}, part) {
				t.Errorf("%s/%s: %q says nothing about what the package provides", f.dir, f.name, part)
			}
		}
		if !f.test {
			documented[f.dir] = documented[f.dir] || f.syntax.Doc != nil
		}
	}
	for dir, has := range documented {
		if !has {
			t.Errorf("package %s has no comment that says what it provides", dir)
		}
	}
}

// TestSentences wants every exported thing's comment to begin with its name or
// an article, and to end as a sentence does.
func TestSentences(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue
		}
		for _, decl := range f.syntax.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok || !d.Name.IsExported() || d.Doc == nil {
				continue
			}
			text := strings.TrimSpace(d.Doc.Text())
			// A comment may end with an example, which is indented.
			last := text[strings.LastIndexByte(text, '\n')+1:]
			if !strings.HasPrefix(last, "\t") && !strings.ContainsAny(text[len(text)-1:], ".:)") {
				t.Errorf("%s: the comment of %s ends without a full stop: …%q", path.Join(f.dir, f.name), d.Name.Name, last)
			}
		}
	}
}
