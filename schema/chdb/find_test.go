package chdb_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/schema/chdb"
)

func TestFindLooksUpwards(t *testing.T) {
	t.Setenv(chdb.LibraryEnv, "")
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, ".cache", "libchdb", chdb.Version, "libchdb.so")
	deep := filepath.Join(root, "a", "b")
	for _, dir := range []string{filepath.Dir(want), deep} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(want, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	if got, err := chdb.Find(); got != want {
		t.Errorf("found %q, %v; want %q", got, err, want)
	}
	other := filepath.Join(root, "mine.so")
	t.Setenv(chdb.LibraryEnv, other)
	if got, err := chdb.Find(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), chdb.LibraryEnv) {
		t.Errorf("the variable names nothing, yet: %q, %v", got, err)
	}
	if err := os.WriteFile(other, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := chdb.Find(); got != other {
		t.Errorf("found %q, %v; want the variable's %q", got, err, other)
	}
}

func TestFindSaysHowToGetIt(t *testing.T) {
	t.Setenv(chdb.LibraryEnv, "")
	t.Setenv("LD_LIBRARY_PATH", "")
	t.Chdir(t.TempDir())
	path, err := chdb.Find()
	if err == nil {
		t.Skip("the system has one: ", path)
	}
	if !errors.Is(err, chdb.ErrNoLibrary) || !strings.Contains(err.Error(), "make libchdb") || !strings.Contains(err.Error(), chdb.LibraryEnv) {
		t.Errorf("no help in: %v", err)
	}
}

func TestTheScriptFetchesThisVersion(t *testing.T) {
	script, err := os.ReadFile(filepath.Join("..", "..", ".ci", "fetch-libchdb.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(script), "\nversion="+chdb.Version+"\n") {
		t.Errorf("the script does not fetch %s", chdb.Version)
	}
}
