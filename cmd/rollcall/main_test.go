package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/schema/chdb"
)

// TestMain lets the test binary stand for the program itself.
func TestMain(m *testing.M) {
	if os.Getenv("ROLLCALL_TEST_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program runs the program and returns its exit code and output.
func program(t *testing.T, stdin io.Reader, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), append([]string{"ROLLCALL_TEST_PROGRAM=1"}, env...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	err = cmd.Run()
	var e *exec.ExitError
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func needLibrary(t *testing.T) {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

const someCall = `{"specversion":"1.0","id":"1","source":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/communicationServices/acs",
"type":"Microsoft.Communication.CallStarted","time":"2026-03-02T10:00:00Z","data":{"serverCallId":"x","correlationId":"c1"}}`

func TestExitCodes(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, bad := put("good.json", someCall), put("bad.json", "{broken")
	policy, book := put("policy.yaml", "version: 1\nnotice: {deadlin: 5s}\n"), put("book.yaml", "currency: USD\nrates: [{meter: voip.nothing, rate: \"1\"}]\n")
	out := filepath.Join(dir, "out")
	cases := map[string]struct {
		args []string
		code int
		says []string // on stderr
	}{
		"nothing to look at":    {[]string{"audit", "--out", out, good}, 0, nil},
		"dead letters":          {[]string{"audit", "--out", out, bad}, 3, nil},
		"no input":              {[]string{"audit", "--out", out}, 2, []string{"files or folders", "--help"}},
		"no output":             {[]string{"audit", good}, 2, []string{"--out"}},
		"unknown command":       {[]string{"audti"}, 2, []string{"audti", "did you mean audit?", "--help"}},
		"unknown flag":          {[]string{"audit", "--polcy", "x", good}, 2, []string{"polcy"}},
		"a wrong instant":       {[]string{"audit", "--out", out, "--as-of", "yesterday", good}, 2, []string{"yesterday", "2026-"}},
		"a missing input":       {[]string{"audit", "--out", out, filepath.Join(dir, "none")}, 1, []string{"none"}},
		"a wrong policy key":    {[]string{"audit", "--out", out, "--policy", policy, good}, 1, []string{"policy.yaml", "deadlin"}},
		"a wrong price book":    {[]string{"audit", "--out", out, "--tariff", book, good}, 1, []string{"book.yaml", "voip.nothing"}},
		"a missing policy":      {[]string{"audit", "--out", out, "--policy", filepath.Join(dir, "nowhere.yaml"), good}, 1, []string{"nowhere.yaml"}},
		"pseudonyms need a key": {[]string{"audit", "--out", out, "--pseudonyms", good}, 2, []string{"ROLLCALL_PSEUDONYM_KEY"}},
		"version":               {[]string{"version"}, 0, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := program(t, nil, nil, c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d; %s", code, c.code, stderr)
			}
			for _, word := range c.says {
				if !strings.Contains(stderr, word) {
					t.Errorf("the error does not name %q: %s", word, stderr)
				}
			}
		})
	}
}

// TestNothingReadIsSaid holds an audit of an empty file, the figures of which are
// all zero, to saying that they mean nothing.
func TestNothingReadIsSaid(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, stderr := program(t, nil, nil, "audit", "--out", filepath.Join(dir, "out"), in)
	if code != 0 || !strings.Contains(out, "0 messages, 0 events") || !strings.Contains(out, "No event was read") {
		t.Errorf("exit code %d: %s\n%s", code, stderr, out)
	}
}

func TestInputOnStdinIsNotRead(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, []byte(someCall), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := program(t, strings.NewReader("1\tsome\trows\n(1, 'a', 2)\n"), nil, "audit", "--out", filepath.Join(dir, "out"), in)
	if code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestMissingLibrarySaysWhatFetchesIt(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, []byte(someCall), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := program(t, nil, []string{"ROLLCALL_LIBCHDB=" + filepath.Join(dir, "none.so")}, "audit", "--out", filepath.Join(dir, "out"), in)
	if code != 1 || !strings.Contains(stderr, "make libchdb") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Error("a report folder was left")
	}
}
