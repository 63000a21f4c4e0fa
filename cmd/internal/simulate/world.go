package simulate

import (
	"strconv"
	"strings"
)

// A model is how a person is in a call: by whose identity and which program.
type model uint8

const (
	external    model = iota // bring-your-own identity in a custom app
	teamsInApp               // a Teams user in a custom app
	teamsClient              // a Teams user in Teams itself
	anonymous                // an anonymous user in Teams itself
	phone                    // a telephone leg
	bot                      // a bot that the price book lists as free
	undecided                // a Teams user of whom nothing tells app from client
	extension                // a Teams phone extension user in a custom app
	models
)

var joinPaths = [models]string{"acs_app:external_user", "acs_app:teams_user",
	"teams_client:teams_user", "teams_client:anonymous", "pstn", "bot", "unknown", "acs_app:teams_extension_user"}

// inApp is true where the person uses one of the operator's own apps.
func (m model) inApp() bool { return m == external || m == teamsInApp || m == extension }

// A person is somebody, or something, with an identity.
type person struct {
	raw     string // raw id as the platform spells it in full
	monitor string // the same as Azure Monitor spells it
	name    string // as JSON text without quotes

	namesake bool // an external user who is called like one of the tenant's staff

	renamed int64  // when the directory gave the person another name; 0: never
	newName string // the name since then
	removed int64  // when the person was removed from the directory; 0: never
}

// A resource is an ACS resource.
type resource struct {
	name  string
	arm   string // as Azure spells it: /subscriptions/…/resourceGroups/…
	upper string // as Azure Monitor spells it: upper case, no leading slash
	lower string // with leading slash
	guid  string // the resource's part of its users' raw ids
}

// An app is one of the operator's apps, with how it behaves.
type app struct {
	id, version, sdk, tenant string
	tenantGUID               string
	res                      *resource
	insights                 *resource // where it sends by Application Insights
	receipts                 bool      // sends events of its own
	forgetsRejoin            bool      // shows no notice to who comes back
	asks                     bool      // the policy wants it to ask for consent, and to take notices away
	government               bool      // the policy lists its tenant as one of a government cloud
	deadline                 int64     // ms, the policy's for this app
	externals                []person
	staff                    []person // directory users of its tenant
	agents                   []person // its Teams phone extension users
}

// A world is what all calls of a simulation share.
type world struct {
	apps     []*app
	visitors []person
	phones   []person
	bots     []person
}

var firstNames = strings.Fields("Ada Bilal Chen Dara Elif Femi Greta Hugo Ines Jonas Kaya Liam Mira Noor Oskar Priya Quinn Rosa Samir Tove Uma Viktor Wanda Ximena Yusuf Zoë André Søren Łucja Mónica")
var lastNames = strings.Fields("Abara Berg Castillo Dorn Eriksen Fofana Grant Haddad Ito Jansen Kowalski Lindqvist Moreau Nakamura Okafor Petrov Quist Rossi Santos Tanaka Ueda Vogel Weiss Xu Yilmaz Zhou")

// newWorld builds the two tenants and three apps. The pools hold at least so
// many external users each.
func newWorld(seed uint64, pool int) *world {
	r := newRng(seed, 1, 0) // each app draws by itself, so that the pools' size moves no id
	w := &world{}
	contoso, fabrikam := r.guid().String(), r.guid().String()
	w.apps = []*app{
		newApp(newRng(seed, 1, 1), "contoso-care", "4.2.0", "contoso", contoso, "acs-contoso-care", pool),
		newApp(newRng(seed, 1, 2), "contoso-kiosk", "1.9.3", "contoso", contoso, "acs-contoso-kiosk", pool),
		newApp(newRng(seed, 1, 3), "fabrikam-desk", "2026.11.2", "fabrikam", fabrikam, "acs-fabrikam-desk", pool),
	}
	w.apps[0].receipts = true
	w.apps[2].receipts, w.apps[2].deadline, w.apps[2].forgetsRejoin, w.apps[2].asks = true, 10000, true, true
	w.apps[2].insights = newResource(&r, "appi-fabrikam-desk", "microsoft.insights/components")
	w.apps[1].staff = w.apps[0].staff
	for i, a := range w.apps {
		own := newRng(seed, 13, i)
		for range 12 {
			raw := "8:acs:" + a.res.guid + "_" + a.tenantGUID + "_" + own.guid().String()
			a.agents = append(a.agents, person{raw: raw, monitor: raw[2:], name: fullName(&own)})
		}
	}
	for range 40 {
		id := strings.ReplaceAll(r.guid().String(), "-", "")
		w.visitors = append(w.visitors, person{raw: "8:teamsvisitor:" + id, monitor: "teamsvisitor:" + id, name: fullName(&r)})
		w.phones = append(w.phones, person{raw: "4:+4420794" + strconv.Itoa(10000+r.n(89999)), monitor: "null"})
	}
	for range 3 {
		id := r.guid().String()
		w.bots = append(w.bots, person{raw: "28:" + id, monitor: id, name: "Notes bot"})
	}
	for _, a := range w.apps {
		a.findNamesakes()
	}
	return w
}

// findNamesakes marks external users whose name one of the staff has too.
func (a *app) findNamesakes() {
	staff := map[string]bool{}
	for i := range a.staff {
		staff[a.staff[i].name] = true
	}
	for i := range a.externals {
		a.externals[i].namesake = staff[a.externals[i].name]
	}
}

func newApp(own rng, id, version, tenant, tenantGUID, res string, pool int) *app {
	r := &own
	a := &app{id: id, version: version, tenant: tenant, tenantGUID: tenantGUID, sdk: "1.38.1",
		res: newResource(r, res, "Microsoft.Communication/communicationServices"), deadline: 5000}
	a.staff = make([]person, 30)
	for i := range a.staff {
		oid := r.guid().String()
		a.staff[i] = person{raw: "8:orgid:" + oid, monitor: oid, name: fullName(r)}
	}
	a.externals = make([]person, pool)
	for i := range a.externals {
		u := r.guid()
		u.hi = 0x0000000b<<32 | u.hi&0xffffffff // as the service numbers its users
		raw := "8:acs:" + a.res.guid + "_" + u.String()
		a.externals[i] = person{raw: raw, monitor: raw[2:], name: fullName(r)}
	}
	return a
}

func newResource(r *rng, name, kind string) *resource {
	s := "/subscriptions/" + r.guid().String() + "/resourceGroups/rg-" + name + "/providers/" + kind + "/" + name
	return &resource{name: name, arm: s, upper: strings.ToUpper(s[1:]), lower: strings.ToLower(s), guid: r.guid().String()}
}

func fullName(r *rng) string {
	return firstNames[r.n(len(firstNames))] + " " + lastNames[r.n(len(lastNames))]
}
