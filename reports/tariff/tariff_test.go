package tariff

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T) *Tariff {
	t.Helper()
	tf, err := Load("testdata/book.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return tf
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}
	}
	return d
}

func TestRateByMeterDayAndDestination(t *testing.T) {
	tf := load(t)
	for _, c := range []struct {
		name, meter, day, number, price, row string
	}{
		{"the day before a new rate", VoIP, "2026-10-01", "", "0.004", "rates, line 3"},
		{"the from day itself", VoIP, "2026-10-02", "", "0.005", "rates, line 4"},
		{"long after", VoIP, "2027-01-01", "", "0.005", "rates, line 4"},
		{"before the first rate", VoIP, "2019-12-31", "", "", ""},
		{"no from holds from the beginning", InteropACS, "1999-01-01", "", "0.004", "rates, line 5"},
		{"zero-rated needs no row", InteropM365, "2026-10-01", "", "0", "catalogue: zero-rated"},
		{"zero-rated recording", RecordingTeams, "2026-10-01", "", "0", "catalogue: zero-rated"},
		{"no row", TPE, "2026-10-01", "", "", ""},
		{"one country in the book", PSTNInTollFree, "2026-10-01", "", "0.022", "rates, line 6"},
		{"two countries in the book", PSTNInGeographic, "2026-10-01", "", "", ""},
		{"longest prefix", PSTNOut, "2026-10-01", "4:+447500123456", "0.029", "pstn_outbound, line 3, prefix 447500"},
		{"shorter prefix of the same", PSTNOut, "2026-10-01", "4:+447512345678", "0.32", "pstn_outbound, line 2, prefix 4475"},
		{"country prefix", PSTNOut, "2026-10-01", "4:+442071234567", "0.02", "pstn_outbound, line 4, prefix 44"},
		{"Alaska", PSTNOut, "2026-10-01", "+1 (907) 555-0100", "0.09", "pstn_outbound, line 6, prefix 1907"},
		{"the book's own prefix, from its day", PSTNOut, "2026-11-01", "4:+14255550100", "0.012", "rates, line 9"},
		{"the file before that day", PSTNOut, "2026-10-31", "4:+14255550100", "0.013", "pstn_outbound, line 5, prefix 1"},
		{"with an asserted id", PSTNOut, "2026-10-31", "4:+14255550100_abc", "0.013", "pstn_outbound, line 5, prefix 1"},
		{"no such destination", PSTNOut, "2026-10-01", "4:+999123456789", "", ""},
		{"a withheld number", PSTNOut, "2026-10-01", "4:anonymous", "", ""},
		{"a GUID is no number", PSTNOut, "2026-10-01", "b1999c3e-1111-4650-9b23-999999999999", "", ""},
		{"number not known", PSTNOut, "2026-10-01", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := tf.Rate(c.meter, day(c.day), c.number)
			if ok != (c.price != "") {
				t.Fatalf("found %v, want price %q; note %q", ok, c.price, r.Note)
			}
			if !ok && r.Note == "" {
				t.Error("unpriced without a reason")
			}
			if ok && (r.Price.String() != c.price || r.Row != c.row) {
				t.Errorf("got %s from %q, want %s from %q", r.Price, r.Row, c.price, c.row)
			}
		})
	}
}

func TestWithoutABookNothingHasARate(t *testing.T) {
	var tf *Tariff
	for _, m := range Catalogue() {
		if r, ok := tf.Rate(m.Name, day("2026-10-01"), "4:+14255550100"); ok || r.Note == "" {
			t.Errorf("%s: got %v %v", m.Name, r, ok)
		}
	}
	if tf.Currency() != "" || tf.Version() != "" || tf.Midnight() != MidnightSplit || tf.Rounding(VoIP) != RoundExact || tf.BillsPauses() || tf.Files() != nil {
		t.Error("a nil tariff must be the one without settings")
	}
}

func TestBotsAreFoundInEverySpelling(t *testing.T) {
	tf := load(t)
	for id, want := range map[string]BotKind{
		"28:helper": BotCopilotStudio, "28:HELPER": BotCopilotStudio,
		"0b4c5f70-aaaa-4bbb-8ccc-000000000001": BotRecording, "28:orgid:0B4C5F70-AAAA-4BBB-8CCC-000000000001": BotRecording,
		"28:stranger": "", "": "",
	} {
		if got, ok := tf.Bot(id); got != want || ok != (want != "") {
			t.Errorf("Bot(%q) = %q, %v, want %q", id, got, ok, want)
		}
	}
}

func TestVersionFollowsBookAndPrefixes(t *testing.T) {
	const book = "currency: USD\npstn_outbound: p.csv\n"
	version := func(book, csv string) string {
		tf, err := Parse("b.yaml", []byte(book), func(string) (string, []byte, error) { return "p.csv", []byte(csv), nil })
		if err != nil {
			t.Fatal(err)
		}
		return tf.Version()
	}
	one := version(book, prefixHeader+"\nX,mixed,US,1,0.013\n")
	if len(one) != 64 || one != version(book, prefixHeader+"\nX,mixed,US,1,0.013\n") {
		t.Fatalf("version %q is not a stable digest", one)
	}
	if one == version(book, prefixHeader+"\nX,mixed,US,1,0.014\n") {
		t.Error("another file of prefixes is another version")
	}
	if one == version(book+"# changed\n", prefixHeader+"\nX,mixed,US,1,0.013\n") {
		t.Error("another book is another version")
	}
}

// The public file, as Azure/Communication publishes it.
func TestThePublicRateFileIsRead(t *testing.T) {
	data, err := os.ReadFile("testdata/communication-services-pstn-rates.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parsePrefixes("rates.csv", data)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 6592 {
		t.Errorf("%d rows, want 6592", len(rows))
	}
	for prefix, price := range map[string]string{"4475": "0.32", "447500": "0.029", "1907": "0.09"} {
		if got := rows[prefix].price.String(); got != price {
			t.Errorf("prefix %s costs %s, want %s", prefix, got, price)
		}
	}
}

func TestMistakesAreNamedWithPlaceKeyAndWhatWasExpected(t *testing.T) {
	ok := "currency: USD\n"
	for _, c := range []struct{ name, book, want string }{
		{"empty", "", "t.yaml: empty, expected a price book with the key currency"},
		{"not YAML", "currency: [USD", "t.yaml:1:11: not valid YAML"},
		{"a list", "- a\n", "price book: expected a mapping"},
		{"two documents", ok + "---\n" + ok, "expected one YAML document"},
		{"brackets without end", strings.Repeat("[", 100_000), "t.yaml: nested more than 50 levels deep"},
		{"dashes without end", strings.Repeat("- ", 100_000), "t.yaml: nested more than 50 levels deep"},
		{"too long", ok + strings.Repeat("#\n", 600_000), "bytes, expected at most 1048576"},
		{"currency missing", "rates: []\n", "currency: missing, expected an ISO 4217 code such as USD"},
		{"currency wrong", "currency: dollars\n", `t.yaml:1:11: currency: expected an ISO 4217 code such as USD; found "dollars"`},
		{"unknown key", ok + "ratez: []\n", "t.yaml:2:1: ratez: unknown key, expected one of: currency, rates, pstn_outbound, bots"},
		{"key twice", ok + ok, "t.yaml:2:1"},
		{"unknown key in a rate", ok + "rates:\n  - {meter: tpe.voip.participant_minute, rate: \"1\", until: 2026-01-01}\n", "t.yaml:3:53: rates[0].until: unknown key, expected one of: meter, rate, from, country, prefix"},
		{"unknown meter", ok + "rates:\n  - meter: voip.minute\n    rate: \"1\"\n", `t.yaml:3:12: rates[0].meter: unknown meter "voip.minute", expected one of: voip.participant_minute, interop.voip`},
		{"the bucket is no meter", ok + "rates: [{meter: unmapped, rate: \"1\"}]\n", `unknown meter "unmapped"`},
		{"rate missing", ok + "rates: [{meter: chat.message}]\n", "rates[0]: the key rate is missing"},
		{"meter missing", ok + "rates: [{rate: \"1\"}]\n", "rates[0]: the key meter is missing"},
		{"exponent", ok + "rates: [{meter: chat.message, rate: 8e-4}]\n", `t.yaml:2:37: rates[0].rate: expected a decimal in quotes such as "0.004"`},
		{"hexadecimal", ok + "rates: [{meter: chat.message, rate: 0x10}]\n", "rates[0].rate: expected a decimal in quotes"},
		{"negative", ok + "rates: [{meter: chat.message, rate: \"-1\"}]\n", "rates[0].rate: expected a decimal in quotes"},
		{"comma", ok + "rates: [{meter: chat.message, rate: \"0,004\"}]\n", "rates[0].rate: expected a decimal in quotes"},
		{"infinity", ok + "rates: [{meter: chat.message, rate: .inf}]\n", "rates[0].rate: expected a decimal in quotes"},
		{"null", ok + "rates: [{meter: chat.message, rate: null}]\n", "rates[0].rate: expected a decimal in quotes such as \"0.004\", not negative, with at most 12 digits before and after the point, found nothing"},
		{"day", ok + "rates: [{meter: chat.message, rate: \"1\", from: 2026-02-30}]\n", "rates[0].from: expected a day such as 2026-01-31"},
		{"zero-rated", ok + "rates: [{meter: recording.teams.minute, rate: \"1\"}]\n", "rates[0].rate: recording.teams.minute is covered by the Teams licence, its rate is 0"},
		{"prefix elsewhere", ok + "rates: [{meter: chat.message, rate: \"1\", prefix: \"1\"}]\n", "rates[0].prefix: only pstn.outbound.minute has prefixes"},
		{"prefix with plus", ok + "rates: [{meter: pstn.outbound.minute, rate: \"1\", prefix: \"+1\"}]\n", "rates[0].prefix: expected 1 to 15 digits without +"},
		{"country of one rate", ok + "rates: [{meter: chat.message, rate: \"1\", country: US}]\n", "rates[0].country: chat.message has one rate in all countries"},
		{"country outbound", ok + "rates: [{meter: pstn.outbound.minute, rate: \"1\", country: US}]\n", "rates[0].country: pstn.outbound.minute is priced by prefix"},
		{"country name", ok + "rates: [{meter: pstn.inbound.tollfree.minute, rate: \"1\", country: Norway}]\n", "rates[0].country: expected an ISO 3166 code"},
		{"twice", ok + "rates:\n  - {meter: chat.message, rate: \"1\"}\n  - {meter: chat.message, rate: \"2\"}\n", "t.yaml:4:5: rates[1]: the same meter, country, prefix and from stand in line 3 already"},
		{"anchor", ok + "rates: &a []\n", "rates: expected a list, found an anchor, alias or tag"},
		{"file not there", ok + "pstn_outbound: none.csv\n", "t.yaml:2:16: pstn_outbound: open none.csv: no such file"},
		{"bot kind", ok + "bots: [{id: \"28:x\", kind: robot}]\n", `bots[0].kind: expected one of: call_automation, recording, omnichannel, copilot_studio, teams_phone_extensibility; found "robot"`},
		{"bot id", ok + "bots: [{kind: recording}]\n", "bots[0].id: missing"},
		{"bot twice", ok + "bots: [{id: \"28:x\", kind: recording}, {id: \"28:X\", kind: recording}]\n", "bots[1].id: the bot 28:X stands in the list twice"},
		{"rounding", ok + "rounding: {voip.participant_minute: hour}\n", `rounding.voip.participant_minute: expected one of: exact, second, 6s, minute; found "hour"`},
		{"rounding of counts", ok + "rounding: {chat.message: second}\n", "rounding.chat.message: counts messages"},
		{"paused time", ok + "recording: {paused_time: yes}\n", `recording.paused_time: expected one of: free, billed; found "yes"`},
		{"midnight", ok + "midnight: both\n", `midnight: expected one of: split, first_day, last_day; found "both"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tf, err := Parse("t.yaml", []byte(c.book), func(rel string) (string, []byte, error) {
				return rel, nil, errors.New("open " + rel + ": no such file")
			})
			if err == nil || tf != nil {
				t.Fatalf("a wrong book was accepted")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestARuleOfDashesInACommentIsFine(t *testing.T) {
	if _, err := Parse("t.yaml", []byte("# "+strings.Repeat("-", 200)+"\ncurrency: USD\n"), nil); err != nil {
		t.Error(err)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Parse("t.yaml", []byte("currency: x\nmidnight: y\nfoo: 1\n"), nil)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three mistakes, one a line, got %v", err)
	}
}

func TestMistakesInTheFileOfPrefixes(t *testing.T) {
	row := prefixHeader + "\nX,mixed,US,1,0.013\n"
	for _, c := range []struct{ name, csv, want string }{
		{"empty", "", "p.csv:1: expected the header"},
		{"another header", "Name,Prefix,Price\n", "p.csv:1: expected the header"},
		{"fields", row + "X,1\n", "p.csv:3: 2 fields, expected 5"},
		{"plus", row + "X,mixed,US,+44,0.1\n", `p.csv:3: Prefix "+44": expected 1 to 15 digits without +`},
		{"price", row + "X,mixed,US,44,free\n", `p.csv:3: Price / min "free": expected a decimal such as 0.013`},
		{"twice", row + "Y,mixed,US,1,0.1\n", "p.csv:3: Prefix 1 is in line 2 already"},
		{"quotes", row + "X,\"mixed,US,44,0.1\n", "p.csv:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := parsePrefixes("p.csv", []byte(c.csv)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestThePathOfPrefixesIsRelativeToTheBook(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{
		"book.yaml": "currency: EUR\npstn_outbound: sub/p.csv\n", "sub/p.csv": prefixHeader + "\nX,mixed,US,1,0.013\n",
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(data), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	tf, err := Load(filepath.Join(dir, "book.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := tf.Rate(PSTNOut, day("2026-01-01"), "+14255550100"); !ok || r.Price.String() != "0.013" {
		t.Errorf("got %v %v", r, ok)
	}
}

func TestEveryMeterIsOneOfTheContract(t *testing.T) {
	units := map[string]bool{UnitMinute: true, UnitParticipantMin: true, UnitMessage: true}
	seen := map[string]bool{}
	for _, m := range Catalogue() {
		if seen[m.Name] || m.Group == "" || !units[m.Unit] {
			t.Errorf("%+v", m)
		}
		seen[m.Name] = true
		if strings.HasSuffix(m.Name, "participant_minute") != (m.Unit == UnitParticipantMin) {
			t.Errorf("%s is counted in %s", m.Name, m.Unit)
		}
	}
	if len(seen) != 21 {
		t.Errorf("%d meters, want the 20 of design.md, section 7, and unmapped", len(seen))
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"book.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("currency: USD\nrates: [{meter: chat.message, rate: .5}]\n"))
	f.Add([]byte("? [a]\n: b\n<<: *x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tf, err := Parse("t.yaml", data, func(rel string) (string, []byte, error) {
			return rel, []byte(prefixHeader + "\nX,mixed,US,1,0.013\n"), nil
		})
		if (tf == nil) == (err == nil) {
			t.Fatal("a book is either read or refused")
		}
		if err == nil && !currencyForm.MatchString(tf.Currency()) {
			t.Fatalf("accepted with currency %q", tf.Currency())
		}
		for _, m := range Catalogue() {
			if r, ok := tf.Rate(m.Name, day("2026-01-01"), "+14255550100"); ok && r.Price.IsNegative() {
				t.Fatalf("%s costs %s", m.Name, r.Price)
			}
		}
	})
}

func FuzzParsePrefixes(f *testing.F) {
	f.Add([]byte(prefixHeader + "\nX,mixed,US,1,0.013\n"))
	f.Add([]byte("\xef\xbb\xbf" + prefixHeader + "\r\nX,\"a\"\"b\",US,1,0.013\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := parsePrefixes("p.csv", data)
		for prefix, r := range rows {
			if err == nil && (!prefixForm.MatchString(prefix) || r.price.IsNegative()) {
				t.Fatalf("prefix %q costs %s", prefix, r.price)
			}
		}
	})
}
