package config

import (
	"os"
	"strings"
	"testing"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestAlertTargets(t *testing.T) {
	write(t, "rollcall.yaml", `alerts:
  min_severity: high
  alertmanagers:
    - {name: am-1, url: "https://am:9093", username: rollcall, password_file: am.secret}
    - {name: am-2, url: "http://am2:9093", token: t0ken}
  webhooks:
    - {name: desk, url: "https://desk.example/in", secret_file: desk.secret}
`)
	for name, text := range map[string]string{"am.secret": "pass\n", "desk.secret": hookSecret + "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load("rollcall.yaml", []string{"ROLLCALL_PSEUDONYM_KEY=key"})
	if err != nil {
		t.Fatal(err)
	}
	managers, hooks := c.Alerts.Targets()
	if len(managers) != 2 || managers[0].Password != "pass" || managers[1].Token != "t0ken" || len(hooks) != 1 || len(hooks[0].Secret) == 0 {
		t.Errorf("%+v %+v", managers, hooks)
	}
	if c.Pseudonyms.Key.Reveal() != "key" || c.Pseudonyms.Enabled {
		t.Error("the key of pseudonyms is not read for alerts alone")
	}
	if text, _ := c.YAML(); strings.Contains(string(text), "t0ken") || strings.Contains(string(text), hookSecret) {
		t.Errorf("a secret shows:\n%s", text)
	}
}

func TestWrongAlertTargets(t *testing.T) {
	write(t, "rollcall.yaml", `alerts:
  persons: names
  resend: 1h
  link: "rollcall/{call}"
  alertmanagers:
    - {name: am, url: "am:9093"}
    - {name: am, url: "http://u:p@am:9093", cert_file: c.pem}
  webhooks:
    - {name: Desk, url: "https://desk.example/in", secret: short}
`)
	_, err := Load("rollcall.yaml", nil)
	if err == nil {
		t.Fatal("it is taken")
	}
	for _, want := range []string{"alerts.persons", "alerts.resend", "alerts.link", "alertmanagers[0].url", "alertmanagers[1].name", "alertmanagers[1].url", "alertmanagers[1].cert_file",
		"webhooks[0].name", "webhooks[0].secret: not readable"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing of %s in\n%v", want, err)
		}
	}
}

// TestTeamOf: the first that fits answers for an app.
func TestTeamOf(t *testing.T) {
	write(t, "rollcall.yaml", "alerts: {teams: [{team: care, app: contoso-care}, {team: fabrikam, tenant: fabrikam}, {team: platform}]}")
	c, err := Load("rollcall.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][3]string{{"contoso", "contoso-care", "care"}, {"fabrikam", "desk", "fabrikam"}, {"fabrikam", "contoso-care", "care"}, {"", "", "platform"}} {
		if got := c.Alerts.TeamOf(want[0], want[1]); got != want[2] {
			t.Errorf("%s of %s: %q, want %q", want[1], want[0], got, want[2])
		}
	}
	c.Alerts.Teams = nil
	if got := c.Alerts.TeamOf("contoso", "contoso-care"); got != "" {
		t.Errorf("without teams: %q", got)
	}
}
