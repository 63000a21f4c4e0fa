package layout

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// TestNoState wants no init functions, no panics and no variables of a package
// that change: whatever has state is made, and handed on, by cmd.
func TestNoState(t *testing.T) {
	packages := map[string][]*ast.File{}
	for _, f := range files(t) {
		if !f.test {
			packages[f.dir] = append(packages[f.dir], f.syntax)
		}
	}
	for dir, syntax := range packages {
		for _, found := range state(syntax) {
			t.Errorf("%s: %s", dir, found)
		}
	}
}

func TestStateIsFound(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       int
	}{
		{"constant table", `var names = map[string]int{"a": 1}; func f() int { return names["a"] }`, 0},
		{"error", `var ErrGone = errors.New("gone")`, 0},
		{"local of the same name", `var n = 1; func f() { n := 2; n++; _ = n }`, 0},
		{"parameter of the same name", `var n = []int{1}; func f(n []int) { n[0] = 1 }`, 0},
		{"assigned", `var n int; func f() { n = 2 }`, 1},
		{"counted", `var n int; func f() { n++ }`, 1},
		{"element assigned", `var m = map[string]int{}; func f() { m["a"] = 1 }`, 1},
		{"field assigned", `var c struct{ n int }; func f() { c.n = 1 }`, 1},
		{"deleted from", `var m = map[string]int{}; func f() { delete(m, "a") }`, 1},
		{"mutex", `var mu sync.Mutex`, 1},
		{"atomic", `var n atomic.Int64`, 1},
		{"pool", `var pool = sync.Pool{}`, 1},
		{"channel", `var c = make(chan int)`, 1},
		{"init", `func init() {}`, 1},
		{"blank", `var _ = f(); func f() int { _ = 1; return 1 }`, 0},
		{"panic handed on", `func f() { defer func() { e := recover(); panic(e) }() }`, 0},
		{"connection cut", `func f() { panic(http.ErrAbortHandler) }`, 0},
		{"panic", `func f() { panic("no") }`, 1},
	} {
		syntax, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\n"+c.code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := state([]*ast.File{syntax}); len(got) != c.want {
			t.Errorf("%s: found %v, want %d", c.name, got, c.want)
		}
	}
}

// state lists what a package keeps to itself: init functions, panics, and
// variables that change or exist to be changed.
func state(syntax []*ast.File) []string {
	var found []string
	variables := map[string]bool{}
	for _, f := range syntax {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					found = append(found, "an init function")
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					found = append(found, declared(d, variables)...)
				}
			}
		}
	}
	for _, f := range syntax {
		for _, decl := range f.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && d.Body != nil {
				found = append(found, changes(d, variables)...)
			}
		}
	}
	return found
}

// declared notes the variables of a declaration and lists those whose types
// are made to be changed.
func declared(d *ast.GenDecl, variables map[string]bool) []string {
	var found []string
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range v.Names {
			if name.Name != "_" {
				variables[name.Name] = true
			}
			kind := v.Type
			if i < len(v.Values) {
				if literal, ok := v.Values[i].(*ast.CompositeLit); ok {
					kind = literal.Type
				}
				if call, ok := v.Values[i].(*ast.CallExpr); ok && len(call.Args) > 0 {
					if made, ok := call.Fun.(*ast.Ident); ok && made.Name == "make" {
						kind = call.Args[0]
					}
				}
			}
			if changeable(kind) {
				found = append(found, fmt.Sprintf("the variable %s of the package is made to be changed", name.Name))
			}
		}
	}
	return found
}

func changeable(kind ast.Expr) bool {
	switch k := kind.(type) {
	case *ast.ChanType:
		return true
	case *ast.SelectorExpr:
		from, ok := k.X.(*ast.Ident)
		return ok && (from.Name == "sync" || from.Name == "atomic")
	}
	return false
}

// changes lists where a function changes a variable of its package, and where
// it panics. A name that the function declares itself is its own.
func changes(d *ast.FuncDecl, variables map[string]bool) []string {
	own, recovered := map[string]bool{}, map[string]bool{}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				own[name.Name] = true
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				own[name.Name] = true
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if name, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE {
					own[name.Name] = true
					recovered[name.Name] = recovered[name.Name] || isRecover(n.Rhs[0])
				}
			}
		case *ast.RangeStmt:
			for _, left := range []ast.Expr{n.Key, n.Value} {
				if name, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE {
					own[name.Name] = true
				}
			}
		}
		return true
	})
	var found []string
	changed := func(e ast.Expr) {
		if name := rootOf(e); variables[name] && !own[name] {
			found = append(found, fmt.Sprintf("%s changes the variable %s of the package", d.Name.Name, name))
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				changed(left)
			}
		case *ast.IncDecStmt:
			changed(n.X)
		case *ast.CallExpr:
			name, ok := n.Fun.(*ast.Ident)
			if ok && len(n.Args) > 0 && (name.Name == "delete" || name.Name == "clear") {
				changed(n.Args[0])
			}
			if ok && name.Name == "panic" && !handedOn(n, recovered) {
				found = append(found, d.Name.Name+" panics; return an error")
			}
		}
		return true
	})
	return found
}

// handedOn says whether a panic only goes on with one that was recovered, or is
// the word by which net/http is told to cut a connection.
func handedOn(call *ast.CallExpr, recovered map[string]bool) bool {
	switch arg := call.Args[0].(type) {
	case *ast.Ident:
		return recovered[arg.Name]
	case *ast.SelectorExpr:
		return arg.Sel.Name == "ErrAbortHandler"
	}
	return false
}

func isRecover(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "recover"
}

// rootOf is the name that an expression such as a.b[c] begins with.
func rootOf(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return ""
		}
	}
}
