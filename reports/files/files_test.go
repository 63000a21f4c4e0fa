package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/reports/metering"
	"rollcall/schema"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// errFull stands for a disk that fills up in the middle of a file.
var errFull = errors.New("no space left on device")

func fills(w io.Writer) error {
	if _, err := io.WriteString(w, strings.Repeat("half a report", 100_000)); err != nil {
		return err
	}
	return errFull
}

// tree lists the files under dir with their content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			data = []byte("(folder)")
		}
		out[e.Name()] = string(data)
	}
	return out
}

func TestWriteReplacesWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "usage.csv")
	w, err := Write(path, text("old"))
	if err != nil {
		t.Fatal(err)
	}
	if w.Size != 3 || w.SHA256 != "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4" {
		t.Errorf("%+v", w)
	}
	if _, err := Write(path, fills); !errors.Is(err, errFull) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if got := tree(t, dir); !reflect.DeepEqual(got, map[string]string{"usage.csv": "old"}) {
		t.Errorf("after a full disk there is %v", got)
	}
	if _, err := Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); got["usage.csv"] != "new" {
		t.Errorf("%v", got)
	}
}

func TestASetAppearsTogether(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "out")
	s, err := NewSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"usage.csv", "manifest.json"} {
		if _, err := s.Write(n, text(n)); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, n)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there before the commit", n)
		}
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := s.Abort(); err != nil {
		t.Error(err)
	}
	if got := tree(t, dir); !reflect.DeepEqual(got, map[string]string{"usage.csv": "usage.csv", "manifest.json": "manifest.json"}) {
		t.Errorf("%v", got)
	}
	if w := s.Written(); len(w) != 2 || w[1].Name != "manifest.json" || w[1].Size != 13 {
		t.Errorf("%+v", w)
	}
}

func TestAFullDiskLeavesTheOldReport(t *testing.T) {
	dir := t.TempDir()
	if _, err := Write(filepath.Join(dir, "usage.csv"), text("old")); err != nil {
		t.Fatal(err)
	}
	s, err := NewSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write("usage.csv", text("new")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // nothing of the file is in the way of the second
		if _, err := s.Write("usage.xlsx", fills); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
	if err := s.Abort(); err != nil {
		t.Error(err)
	}
	if got := tree(t, dir); !reflect.DeepEqual(got, map[string]string{"usage.csv": "old"}) {
		t.Errorf("left behind: %v", got)
	}
}

func TestAnAbortedSetRemovesTheFolderItMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	s, err := NewSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Abort(); err != nil {
		t.Error(err)
	}
	if got := tree(t, dir); got != nil {
		t.Errorf("left behind: %v", got)
	}
	if _, err := s.Write("x", text("x")); err == nil {
		t.Error("a closed set took a file")
	}
}

func TestAFailedCommitPutsTheOldFilesBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, s *Set)
	}{
		{"a folder in the way", func(t *testing.T, s *Set) {
			if err := os.Mkdir(filepath.Join(s.dir, "b.csv"), 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"a staged file is gone", func(t *testing.T, s *Set) {
			if err := os.Remove(filepath.Join(s.stage, "b.csv")); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := Write(filepath.Join(dir, "a.csv"), text("old")); err != nil {
				t.Fatal(err)
			}
			s, err := NewSet(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []string{"a.csv", "b.csv"} {
				if _, err := s.Write(n, text("new")); err != nil {
					t.Fatal(err)
				}
			}
			c.spoil(t, s)
			if err := s.Commit(); err == nil {
				t.Fatal("committed")
			}
			got := tree(t, dir)
			delete(got, "b.csv")
			if !reflect.DeepEqual(got, map[string]string{"a.csv": "old"}) {
				t.Errorf("after a failed commit: %v", got)
			}
		})
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	s, err := NewSet(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"../x", "a/b", "", ".", ".."} {
		if _, err := s.Write(n, text("x")); err == nil {
			t.Errorf("%q was written", n)
		}
	}
	if _, err := s.Write("x", text("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write("x", text("x")); err == nil {
		t.Error("the same name twice")
	}
}

func TestTimeIsMillisecondsInUTC(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	if got := Time(time.Date(2026, 10, 1, 11, 0, 0, 5_999_999, zone)); got != "2026-10-01T09:00:00.005Z" {
		t.Error(got)
	}
	if got := Time(time.Time{}); got != "" {
		t.Errorf("what is not known is %q", got)
	}
}

func TestTextIsNeverAFormula(t *testing.T) {
	var b bytes.Buffer
	c, err := NewCSV(&b, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"=1+1", "+1425", "-x", "@SUM(A1)", "\tx", "\rx", "plain", "", "a,\"b\"\nc", "4:+1425"}
	for _, s := range texts {
		if err := c.Row(Text(s), Plain("-0.5")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range texts {
		want := s
		if strings.ContainsAny(s[:min(1, len(s))], "=+-@\t\r") {
			want = "'" + s
		}
		if got := rows[i+1]; got[0] != want || got[1] != "-0.5" {
			t.Errorf("%q is written %q, want %q beside -0.5", s, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("=1")
	f.Add("a\r\n\"b")
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		c, err := NewCSV(&b, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.Row(Text(s), Plain("1")), c.Close()); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q becomes %v, %v", s, rows, err)
		}
		if got := rows[1][0]; got != "" && strings.IndexByte("=+-@\t\r", got[0]) >= 0 {
			t.Fatalf("%q begins like a formula", got)
		}
	})
}

func TestUsageFilesHaveTheColumnsOfTheContract(t *testing.T) {
	line := schema.UsageLine{
		LineID: "id", Day: "2026-10-01", Tenant: "contoso", App: "=care", Resource: "/r", CallID: "c", SessionID: "s",
		ParticipantID: "p", RawID: "+1425", Meter: "voip.participant_minute", Unit: "participant_minute", Raw: -30_000,
		Quantity: "-0.5", Rate: "0.004", Currency: "USD", Cost: "-0.002", TariffRow: "rates, line 3", TariffVersion: "v",
		Evidence: []string{"e1", "e2"}, CorrectionOf: "id0", Note: "@note",
	}
	var b bytes.Buffer
	if err := UsageLines(&b, func(yield func(schema.UsageLine, error) bool) { yield(line, nil) }); err != nil {
		t.Fatal(err)
	}
	want := "line_id,day,tenant,app,resource_id,call_id,session_id,participant_id,raw_id,meter,unit,raw,quantity,rate,currency,cost,tariff_row,tariff_version,evidence,correction_of,note\n" +
		"id,2026-10-01,contoso,'=care,/r,c,s,p,'+1425,voip.participant_minute,participant_minute,-30000,-0.5,0.004,USD,-0.002,\"rates, line 3\",v,e1 e2,id0,'@note\n"
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", b.String(), want)
	}
	b.Reset()
	rows := []metering.Row{{Day: "2026-10-01", Resource: "/r", Meter: "m", Unit: "minute", Raw: 30_000, Rate: "0.004", Currency: "USD", Quantity: "0.5", Cost: "0.002"}}
	if err := Usage(&b, rows); err != nil {
		t.Fatal(err)
	}
	if want := "day,resource_id,meter,unit,raw,quantity,rate,currency,cost\n2026-10-01,/r,m,minute,30000,0.5,0.004,USD,0.002\n"; b.String() != want {
		t.Errorf("got  %s\nwant %s", b.String(), want)
	}
}

func TestAnErrorAmongLinesEndsTheFile(t *testing.T) {
	err := UsageLines(io.Discard, func(yield func(schema.UsageLine, error) bool) {
		for _, e := range slices.Repeat([]error{errFull}, 2) {
			if !yield(schema.UsageLine{}, e) {
				return
			}
		}
	})
	if !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
