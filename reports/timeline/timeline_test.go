package timeline

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rollcall/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// calls is what package export writes of the fixed set of results: every kind of
// result, and hostile names.
const calls = "../export/testdata/calls.ndjson"

func find(t *testing.T, asked string) *Call {
	t.Helper()
	f, err := os.Open(calls)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, near, err := Find(f, asked)
	if err != nil {
		t.Fatalf("%v, near are %q", err, near)
	}
	return c
}

func text(t *testing.T, c *Call, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	for name, asked := range map[string]string{"failing.txt": "0a", "assumed.txt": "0b", "open.txt": "0c"} {
		t.Run(name, func(t *testing.T) {
			got := text(t, find(t, asked), Options{Width: 110})
			path := "testdata/" + name
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the text differs from %s (run with -update to accept):\n%s", path, got)
			}
		})
	}
}

func TestLinesFitTheTerminal(t *testing.T) {
	for _, width := range []int{60, 72, 100, 200} {
		for _, asked := range []string{"0a", "0b", "0c"} {
			for line := range strings.Lines(text(t, find(t, asked), Options{Width: width})) {
				if n := columns(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("width %d: %d columns in %q", width, n, line)
				}
			}
		}
	}
}

// own are the control sequences that the program writes itself.
var own = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestNothingFromOutsideControlsTheTerminal(t *testing.T) {
	for _, color := range []bool{false, true} {
		for _, asked := range []string{"0a", "0b"} {
			got := text(t, find(t, asked), Options{Color: color})
			if color {
				if !own.MatchString(got) {
					t.Error("there are no colours")
				}
				got = own.ReplaceAllString(got, "")
			}
			for _, r := range got {
				if r != '\n' && hostile(r) {
					t.Errorf("%q is in the text", r)
				}
			}
			if asked == "0b" && !strings.Contains(got, `invoice\u{202e}gnp.exe`) {
				t.Error("the name that turns is not written out")
			}
		}
	}
}

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"Ánna Ősz 山田 🙂": "Ánna Ősz 山田 🙂", "": "", "a\tb\r\n": `a\u{0009}b\u{000d}\u{000a}`, "\x1b[2J": `\u{001b}[2J`, "\u009b31m": `\u{009b}31m`,
		"a\u202eb\u2066c": `a\u{202e}b\u{2066}c`, "z\u200bw\ufeff": `z\u{200b}w\u{feff}`, "\xff\xfe": `\xff\xfe`, "\u2028": `\u{2028}`, "a\u00a0b": `a\u{00a0}b`,
		"\U000e0041": `\u{e0041}`, "\u3164": `\u{3164}`,
	} {
		if got := Safe(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"a", "\x1b]0;x\x07", "\u202e", "\xf0\x28", "\ufffd"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		safe := Safe(s)
		for _, r := range safe {
			if hostile(r) {
				t.Errorf("%q becomes %q, which holds %q", s, safe, r)
			}
		}
		if limit < 2 || limit > 200 {
			return
		}
		if n := columns(fit(safe, limit)); n > limit {
			t.Errorf("%q fits %d columns in %d", safe, limit, n)
		}
		lines := wrap(safe, limit)
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(safe, " ", "") {
			t.Errorf("%q is broken into %q", safe, lines)
		}
		for _, l := range lines {
			if n := columns(l); n > limit && utf8.RuneCountInString(l) > 1 {
				t.Errorf("%q has %d columns, more than %d", l, n, limit)
			}
		}
	})
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 1235 * time.Millisecond: "1.235 s", 37 * time.Millisecond: "0.037 s", -1500 * time.Millisecond: "-1.5 s", 90 * time.Second: "1 min 30 s",
		time.Hour + time.Millisecond: "1 h 0 min 0.001 s", 1999999 * time.Nanosecond: "0.001 s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
}

// A call of ten thousand is told in what a person reads, and says so.
func TestALargeCallIsCutAndSaysSo(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := New(schema.Call{ID: "large", Start: schema.Bound{At: start}, End: schema.Bound{At: start.Add(time.Hour)}})
	for i := range 10_000 {
		c.Sessions = append(c.Sessions, NewSession(schema.Session{ID: fmt.Sprintf("s%05d", i), DisplayName: fmt.Sprintf("user %05d", i),
			Joined: schema.Bound{At: start}, Left: schema.Bound{At: start.Add(time.Hour)}}))
	}
	for i, s := range c.Sessions {
		result := "pass"
		if i == 9_876 {
			result = "missed"
		}
		c.Obligations = append(c.Obligations, Obligation{SessionID: s.SessionID, Capture: "recording", Ordinal: 1, Result: result, ExposedAt: At(start)})
	}
	got := text(t, c, Options{})
	if !strings.Contains(got, "user 09876") || !strings.Contains(got, "and 9960 more sessions") || strings.Count(got, "\n") > 500 {
		t.Errorf("%d lines; the missed one is told: %v", strings.Count(got, "\n"), strings.Contains(got, "user 09876"))
	}
	if all := text(t, c, Options{All: true}); !strings.Contains(all, "user 00000") || !strings.Contains(all, "user 09999") || strings.Contains(all, "--all") {
		t.Error("with All not all are told")
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ asked, want string }{
		{"0a000000-0000-4000-8000-000000000001", "0a"}, {"0BCONNECTION", "0b"}, {"/conv/0c", "0c"}, {"0a5" + strings.Repeat("0", 28), "0a"}, {"0bf", "0b"},
	} {
		if got := find(t, c.asked); !strings.HasPrefix(got.CallID, c.want) {
			t.Errorf("%s found %s, want %s…", c.asked, got.CallID, c.want)
		}
	}
	data, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	_, near, err := Find(bytes.NewReader(data), "0a000000-0000-4000-8000-00000000000f")
	if !errors.Is(err, ErrNone) || len(near) == 0 || !strings.HasPrefix(near[0], "0a") {
		t.Errorf("%v, near are %q", err, near)
	}
	var ambiguous *AmbiguousError
	if _, _, err := Find(bytes.NewReader(data), "0"); !errors.As(err, &ambiguous) || len(ambiguous.Matches) != 3 {
		t.Errorf("what all begin with gives %v", err)
	}
	if _, _, err := Find(strings.NewReader("{\n"), "0"); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a broken file gives %v", err)
	}
}

func TestTheLineReadsBackAsItWas(t *testing.T) {
	data, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		c, _, err := Find(strings.NewReader(line), line[len(`{"call_id":"`):][:36])
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := c.WriteLine(&b); err != nil {
			t.Fatal(err)
		}
		if b.String() != line {
			t.Errorf("read and written again:\n%s%s", b.String(), line)
		}
	}
}
