package config

import (
	"net/url"
	"regexp"
	"strconv"
	"time"

	"rollcall/cmd/internal/alerting"
)

// Alerts says which findings alert, how they are worded, and who is told.
type Alerts struct {
	// MinSeverity is the lowest severity that alerts.
	MinSeverity string `yaml:"min_severity"`
	// Recent is how long a thing may have been over that is learnt only now:
	// alerts on what is older are withheld.
	Recent time.Duration `yaml:"recent"`
	// Persons is how persons appear: pseudonyms (with the key of the section
	// pseudonyms; without one they are counted and not named), raw or none.
	Persons string `yaml:"persons"`
	// Link and Runbook are templates of addresses with {call} and {rule}; empty:
	// the command that shows the same.
	Link    string `yaml:"link"`
	Runbook string `yaml:"runbook"`
	// Resend is how often Alertmanagers are told of what still fires, Heartbeat how
	// often all targets are told that all is judged.
	Resend    time.Duration `yaml:"resend"`
	Heartbeat time.Duration `yaml:"heartbeat"`
	// Teams say whose an app is, for the label team by which alerts are routed: the
	// first that fits counts.
	Teams         []Team        `yaml:"teams"`
	Alertmanagers []AlertTarget `yaml:"alertmanagers"`
	Webhooks      []Webhook     `yaml:"webhooks"`
}

// Team is who answers for apps: for one App, for all of a Tenant, or, without
// either, for what nobody else does.
type Team struct {
	Team   string `yaml:"team"`
	Tenant string `yaml:"tenant"`
	App    string `yaml:"app"`
}

// TeamOf is the team that answers for an app; empty: nobody was named.
func (a Alerts) TeamOf(tenant, app string) string {
	for _, t := range a.Teams {
		if (t.Tenant == "" || t.Tenant == tenant) && (t.App == "" || t.App == app) {
			return t.Team
		}
	}
	return ""
}

// AlertTarget is an Alertmanager. Of a cluster every instance is one.
type AlertTarget struct {
	// Name is what metrics and the outbox call it.
	Name         string `yaml:"name"`
	URL          string `yaml:"url"`
	Username     string `yaml:"username"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file" kind:"path"`
	// Token is a bearer token, in the place of a user.
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file" kind:"path"`
	CAFile    string `yaml:"ca_file" kind:"path"`
	CertFile  string `yaml:"cert_file" kind:"path"`
	KeyFile   string `yaml:"key_file" kind:"path"`
}

// Webhook takes alerts as CloudEvents, signed after Standard Webhooks.
type Webhook struct {
	Name string `yaml:"name"`
	URL  string `yaml:"url"`
	// Secret is "whsec_" and base64 of 24 to 64 bytes.
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file" kind:"path"`
	// Token is a bearer token that is sent besides.
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file" kind:"path"`
	CAFile    string `yaml:"ca_file" kind:"path"`
	CertFile  string `yaml:"cert_file" kind:"path"`
	KeyFile   string `yaml:"key_file" kind:"path"`
}

// How persons appear in alerts.
const (
	PersonsPseudonyms = "pseudonyms"
	PersonsRaw        = "raw"
	PersonsNone       = "none"
)

func defaultAlerts() Alerts {
	d := alerting.DefaultConfig()
	return Alerts{MinSeverity: "medium", Recent: 48 * time.Hour, Persons: PersonsPseudonyms, Resend: d.Resend, Heartbeat: d.Heartbeat,
		Teams: []Team{}, Alertmanagers: []AlertTarget{}, Webhooks: []Webhook{}}
}

// secrets are those of the lists: their keys, where they are, and their files.
func (a *Alerts) secrets(each func(key string, into *Secret, file string)) {
	for i := range a.Alertmanagers {
		t, key := &a.Alertmanagers[i], "alerts.alertmanagers["+strconv.Itoa(i)+"]."
		each(key+"password", &t.Password, t.PasswordFile)
		each(key+"token", &t.Token, t.TokenFile)
	}
	for i := range a.Webhooks {
		w, key := &a.Webhooks[i], "alerts.webhooks["+strconv.Itoa(i)+"]."
		each(key+"secret", &w.Secret, w.SecretFile)
		each(key+"token", &w.Token, w.TokenFile)
	}
}

func (a Alerts) check(ps *Problems) {
	ps.checkOneOf("alerts.min_severity", a.MinSeverity, "info", "low", "medium", "high", "critical")
	ps.checkOneOf("alerts.persons", a.Persons, PersonsPseudonyms, PersonsRaw, PersonsNone)
	for key, d := range map[string]time.Duration{"alerts.recent": a.Recent, "alerts.resend": a.Resend, "alerts.heartbeat": a.Heartbeat} {
		if d < time.Second {
			ps.add("", key, "%v; expected 1s at least", d)
		}
	}
	// An alert ends at an Alertmanager an hour after it was told last.
	if a.Resend > 15*time.Minute {
		ps.add("", "alerts.resend", "%v; expected at most 15m, since Alertmanager forgets what is not resent", a.Resend)
	}
	for key, text := range map[string]string{"alerts.link": a.Link, "alerts.runbook": a.Runbook} {
		if text != "" {
			ps.checkURL(key, text)
		}
	}
	for i, t := range a.Teams {
		if t.Team == "" {
			ps.add("", "alerts.teams["+strconv.Itoa(i)+"].team", "empty; expected a name, such as care")
		}
	}
	names := map[string]bool{}
	named := func(key, name, address, cert, certKey string) {
		if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`).MatchString(name) {
			ps.add("", key+".name", "%q; expected lower-case letters, digits and hyphens", name)
		}
		if names[name] {
			ps.add("", key+".name", "%q a second time; expected a name of its own, since the outbox goes by it", name)
		}
		names[name] = true
		ps.checkURL(key+".url", address)
		if (cert == "") != (certKey == "") {
			ps.add("", key+".cert_file", "given without key_file, or the other way round; expected both or none")
		}
	}
	for i, t := range a.Alertmanagers {
		key := "alerts.alertmanagers[" + strconv.Itoa(i) + "]"
		named(key, t.Name, t.URL, t.CertFile, t.KeyFile)
		if t.Username != "" && t.Token.Reveal() != "" {
			ps.add("", key+".token", "given beside a username; expected one of the two")
		}
	}
	for i, w := range a.Webhooks {
		key := "alerts.webhooks[" + strconv.Itoa(i) + "]"
		named(key, w.Name, w.URL, w.CertFile, w.KeyFile)
		if _, err := alerting.ReadSecret(w.Secret.Reveal()); err != nil {
			ps.add("", key+".secret", "not readable; %v", err)
		}
	}
}

func (ps *Problems) checkURL(key, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		ps.add("", key, "%q; expected an address such as https://alerts.example:9093", text)
		return
	}
	if u.User != nil {
		ps.add("", key, "holds a user; expected it in keys of its own, which never show")
	}
}

// Targets are all that are told. Their clients are not made yet.
func (a Alerts) Targets() (list []alerting.Endpoint, hooks []alerting.Webhook) {
	for _, t := range a.Alertmanagers {
		list = append(list, alerting.Endpoint{Name: t.Name, URL: t.URL, Username: t.Username, Password: t.Password.Reveal(), Token: t.Token.Reveal(),
			CAFile: t.CAFile, CertFile: t.CertFile, KeyFile: t.KeyFile})
	}
	for _, w := range a.Webhooks {
		secret, _ := alerting.ReadSecret(w.Secret.Reveal()) // check has read it
		hooks = append(hooks, alerting.Webhook{Secret: secret, Clock: time.Now, Endpoint: alerting.Endpoint{Name: w.Name, URL: w.URL, Token: w.Token.Reveal(),
			CAFile: w.CAFile, CertFile: w.CertFile, KeyFile: w.KeyFile}})
	}
	return list, hooks
}
