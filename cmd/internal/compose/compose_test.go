// Package compose holds the tests of docker-compose.yml.
package compose

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"rollcall/cmd/internal/config"
)

// root is the project's folder.
const root = "../../.."

// project loads docker-compose.yml as docker compose does.
func project(t *testing.T, environ ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithWorkingDirectory(root), cli.WithEnv(environ), cli.WithDiscardEnvFile)
	if err != nil {
		t.Fatal(err)
	}
	p, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestServices(t *testing.T) {
	p := project(t, "CLICKHOUSE_PASSWORD=secret")
	if want := []string{"alertmanager", "clickhouse", "kafka", "rollcall"}; !slices.Equal(p.ServiceNames(), want) {
		t.Fatalf("the services are %v, want %v", p.ServiceNames(), want)
	}
	// A version with all of its parts; the tag of a minor version moves.
	pinned := regexp.MustCompile(`:v?\d+\.\d+\.\d+(\.\d+)?$`)
	for name, s := range p.Services {
		t.Run(name, func(t *testing.T) {
			if s.Build == nil && !pinned.MatchString(s.Image) {
				t.Errorf("image %q is not pinned", s.Image)
			}
			if s.HealthCheck == nil || s.HealthCheck.Disable || len(s.HealthCheck.Test) < 2 {
				t.Error("there is no health check")
			}
			if s.Restart != types.RestartPolicyUnlessStopped {
				t.Errorf("restart is %q, want %q", s.Restart, types.RestartPolicyUnlessStopped)
			}
			if len(s.Ports) == 0 {
				t.Error("nothing can be reached")
			}
			for _, port := range s.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("port %d is bound to %q, want loopback", port.Target, port.HostIP)
				}
			}
			if len(s.Volumes) == 0 {
				t.Error("what it keeps is lost with its container")
			}
			for _, v := range s.Volumes {
				if v.Type != types.VolumeTypeVolume || v.Source == "" {
					t.Errorf("%s is a %s %q, want a named volume", v.Target, v.Type, v.Source)
				}
			}
		})
	}
}

func TestRollcallWaitsForHealth(t *testing.T) {
	for name, d := range project(t, "CLICKHOUSE_PASSWORD=secret").Services["rollcall"].DependsOn {
		if d.Condition != types.ServiceConditionHealthy {
			t.Errorf("it starts when %s is %s, want healthy", name, d.Condition)
		}
	}
}

// TestPasswordIsNotInTheFile loads the file with a password and looks for it in
// everything but the secret itself.
func TestPasswordIsNotInTheFile(t *testing.T) {
	p := project(t, "CLICKHOUSE_PASSWORD=hunter2")
	s, ok := p.Secrets["clickhouse-password"]
	if !ok || s.Environment != "CLICKHOUSE_PASSWORD" {
		t.Fatalf("the secret is %+v, want it from $CLICKHOUSE_PASSWORD", s)
	}
	for name, service := range p.Services {
		for variable, value := range service.Environment {
			if value != nil && strings.Contains(*value, "hunter2") {
				t.Errorf("%s has the password in %s, where everybody who may inspect it sees it", name, variable)
			}
			if strings.Contains(variable, "PASSWORD") && !strings.HasSuffix(variable, "_FILE") {
				t.Errorf("%s has a password in the variable %s", name, variable)
			}
		}
	}
}

// TestConfiguration loads the configuration that the rollcall service gets and
// compares what it names with what the other services offer.
func TestConfiguration(t *testing.T) {
	p := project(t, "CLICKHOUSE_PASSWORD=secret")
	rollcall := p.Services["rollcall"]
	if len(rollcall.Configs) != 1 || !slices.Contains(rollcall.Command, rollcall.Configs[0].Target) {
		t.Fatalf("the command %v does not name the configuration %+v", rollcall.Command, rollcall.Configs)
	}
	// In the container the secret is where password_file says; here a variable
	// takes the file's place.
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(p.Configs[rollcall.Configs[0].Source].File,
		[]string{config.EnvName("clickhouse.password_file") + "=" + password})
	if err != nil {
		t.Fatal(err)
	}
	clickhouse := p.Services["clickhouse"].Environment
	options, err := c.ClickHouse.Options()
	if err != nil {
		t.Fatal(err)
	}
	if got := options.Auth; got.Username != *clickhouse["CLICKHOUSE_USER"] || got.Database != *clickhouse["CLICKHOUSE_DB"] {
		t.Errorf("user %q and database %q are not those that ClickHouse makes", got.Username, got.Database)
	}
	if !slices.Equal(options.Addr, []string{"clickhouse:8123"}) {
		t.Errorf("ClickHouse is sought at %v", options.Addr)
	}
	if listeners := *p.Services["kafka"].Environment["KAFKA_ADVERTISED_LISTENERS"]; !strings.Contains(listeners, "INTERNAL://"+c.Kafka.Brokers[0]) {
		t.Errorf("%q is not among Kafka's listeners %s", c.Kafka.Brokers[0], listeners)
	}
	if !slices.ContainsFunc(rollcall.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == c.Reports.Dir }) {
		t.Errorf("reports go to %s, which is in no volume", c.Reports.Dir)
	}
	if !strings.HasSuffix(c.HTTP.Listen, ":9464") || !strings.Contains(strings.Join(rollcall.HealthCheck.Test, " "), ":9464/") {
		t.Errorf("the health check %v does not ask %s", rollcall.HealthCheck.Test, c.HTTP.Listen)
	}
}

// TestImage reads the Dockerfile: pinned bases, no root, and a build that
// leaves out what would make the program load libraries.
func TestImage(t *testing.T) {
	dockerfile := project(t, "CLICKHOUSE_PASSWORD=secret").Services["rollcall"].Build.DockerfileInline
	for _, from := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(dockerfile, -1) {
		if !regexp.MustCompile(`:\d+\.\d+(\.\d+)?(-\w+)?$`).MatchString(from[1]) {
			t.Errorf("base %q is not pinned", from[1])
		}
	}
	if user := regexp.MustCompile(`(?m)^USER (\d+):`).FindStringSubmatch(dockerfile); user == nil || user[1] == "0" {
		t.Error("the program runs as root")
	}
	build := regexp.MustCompile(`CGO_ENABLED=0 go build .*-tags (\S+) .* (\S+)\n`).FindStringSubmatch(dockerfile)
	if build == nil {
		t.Fatalf("no build without cgo and with tags in\n%s", dockerfile)
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", build[1], build[2])
	list.Dir, list.Env = root, append(list.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	deps, err := list.Output()
	if err != nil {
		t.Fatalf("%v: %v", list, err)
	}
	for dep := range strings.Lines(string(deps)) {
		if strings.HasPrefix(dep, "github.com/ebitengine/purego") {
			t.Errorf("with %s in it the program is linked dynamically and does not start on a small base", strings.TrimSpace(dep))
		}
	}
}
