package audit_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/cmd/internal/audit"
	"rollcall/reports/export"
)

// Teams users of a call, by object id, and a user of an app.
const (
	knownUser   = "aaaaaaaa-0000-4000-8000-000000000001"
	renamedUser = "aaaaaaaa-0000-4000-8000-000000000002"
	foreignUser = "aaaaaaaa-0000-4000-8000-000000000003"
	goneUser    = "aaaaaaaa-0000-4000-8000-000000000004"
	appUser     = "8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_0000000b-1531-729f-ac00-343a0d000001"
	namedCall   = "c0000000-7c1e-4d2a-9b5f-0a1b2c3dff01"
)

// namesAndDirectory are a call whose names four sources show, and pages of the
// directory: whole, minimal and with a removal.
func namesAndDirectory() [][]byte {
	n := 0
	own := func(kind, data string) string {
		n++
		return fmt.Sprintf(`{"id":"e0000000-7c1e-4d2a-9b5f-0a1b2c3dff%02d","source":"app","specversion":"1.0","type":"rollcall.%s","time":"2026-03-02T09:00:%02dZ","data":{"callId":%q,%s}}`,
			n, kind, n, namedCall, data)
	}
	joined := func(raw, name string) string {
		return own("session.joined", fmt.Sprintf(`"rawId":%q,"displayName":%q`, raw, name))
	}
	page := func(users string) string {
		return `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(displayName)","@odata.nextLink":"x","value":[` + users + `]}`
	}
	user := func(id, rest string) string { return `{"id":"` + id + `",` + rest + `}` }
	var out [][]byte
	for _, m := range []string{
		joined("8:orgid:"+knownUser, "Ann Berg"), joined("8:orgid:"+strings.ToUpper(renamedUser), "Bo"), joined("8:orgid:"+foreignUser, "Cy"),
		joined("8:orgid:"+goneUser, "=Di"), joined(appUser, "Ann Berg"), joined(appUser, "Ann Berg"),
		own("name.shown", `"rawId":"`+appUser+`","subject":"8:orgid:`+knownUser+`","displayName":"Annie","surface":"acs_app"`),
		page(user(knownUser, `"displayName":"Ann Berg","userPrincipalName":"ann@contoso.com"`) + "," + user(renamedUser, `"displayName":"Bo"`) + "," + user(goneUser, `"displayName":"=Di"`)),
		page(user(renamedUser, `"displayName":"Bob"`) + "," + user(knownUser, `"mail":"ann@contoso.com"`) + "," + user(goneUser, `"@removed":{"reason":"changed"}`)),
		page(user(knownUser, `"displayName":"Ann Berg"`)),
	} {
		out = append(out, []byte(m))
	}
	return out
}

func auditNames(t *testing.T, hide *export.Pseudonyms, files map[string][][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, list := range files {
		writeMessages(t, filepath.Join(dir, "in", name), list)
	}
	out := filepath.Join(dir, "out")
	_, err := audit.Run(t.Context(), audit.Config{Paths: []string{filepath.Join(dir, "in")}, Out: out, Version: "test", Pseudonyms: hide,
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNamesAndTheDirectory: each name with the directory's, where the directory
// was seen with one name only, whatever the order of the messages.
func TestNamesAndTheDirectory(t *testing.T) {
	needLibrary(t)
	messages := namesAndDirectory()
	want := "call_id,raw_id,surface,source,name,directory_name,result,reason\n"
	for _, row := range []string{
		appUser + ",,rollcall,Ann Berg,,fail,name.impersonation same-name", // an app's user is in no directory
		"8:orgid:" + knownUser + ",,rollcall,Ann Berg,Ann Berg,pass,",
		"8:orgid:" + knownUser + ",acs_app,rollcall,Annie,Ann Berg,fail,name.directory-mismatch other-name",
		"8:orgid:" + renamedUser + ",,rollcall,Bo,,no_evidence,name.directory-mismatch several-names", // nothing tells which of two names held
		"8:orgid:" + foreignUser + ",,rollcall,Cy,,no_evidence,name.directory-mismatch not-listed",
		"8:orgid:" + goneUser + ",,rollcall,'=Di,'=Di,pass,",
	} {
		want += namedCall + "," + row + "\n"
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 3))
		files := map[string][][]byte{"all.ndjson": messages}
		if seed > 0 {
			files = map[string][][]byte{}
			for _, i := range append(r.Perm(len(messages)), r.Perm(len(messages))...) {
				name := fmt.Sprintf("%d.ndjson", r.IntN(3))
				files[name] = append(files[name], messages[i])
			}
		}
		out := auditNames(t, nil, files)
		if got := string(read(t, filepath.Join(out, "names.csv"))); got != want {
			t.Errorf("seed %d: names.csv is\n%swant\n%s", seed, got, want)
		}
		if seed > 0 {
			continue
		}
		for _, file := range []string{"manifest.json", "calls.ndjson"} {
			if text := read(t, filepath.Join(out, file)); !bytes.Contains(text, []byte("names")) {
				t.Errorf("%s does not have the names", file)
			}
		}
		// The pages of the directory that rows rest on are evidence, line 8 first.
		if text := read(t, filepath.Join(out, "evidence.ndjson")); !bytes.Contains(text, []byte(`"line":8,`)) || bytes.Contains(text, []byte(`"line":9,`)) {
			t.Errorf("evidence.ndjson is\n%s", text)
		}
	}
}

// TestNamesUnderPseudonyms: no name, no id of a person, and equal names stay
// equal.
func TestNamesUnderPseudonyms(t *testing.T) {
	needLibrary(t)
	hide := export.NewPseudonyms([]byte("key"))
	out := auditNames(t, hide, map[string][][]byte{"all.ndjson": namesAndDirectory()})
	for _, file := range []string{"names.csv", "calls.ndjson", "sessions.csv", "findings.ndjson", "compliance.html"} {
		text := read(t, filepath.Join(out, file))
		for _, secret := range []string{"Ann", "=Di", knownUser, appUser} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds %q", file, secret)
			}
		}
	}
	ann, id := hide.ID("Ann Berg"), hide.ID("8:orgid:"+knownUser)
	if row := namedCall + "," + id + ",,rollcall," + ann + "," + ann + ",pass,\n"; !bytes.Contains(read(t, filepath.Join(out, "names.csv")), []byte(row)) {
		t.Errorf("names.csv lacks the row %s", row)
	}
}
