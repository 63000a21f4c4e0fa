//go:build integration

package compose

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestKafkaTakesItsSettings runs the program with which the apache/kafka image
// turns its variables into server.properties and formats the log folder, and
// wants every property to be one that this version of Kafka has: a variable
// with a slip in it would else be passed over in silence.
func TestKafkaTakesItsSettings(t *testing.T) {
	libs := os.Getenv("ROLLCALL_KAFKA_LIBS")
	if libs == "" {
		libs = filepath.Join(root, ".cache/kafka/libs")
	}
	jars, err := filepath.Glob(filepath.Join(libs, "*.jar"))
	java, javaErr := exec.LookPath("java")
	if err != nil || len(jars) == 0 || javaErr != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Kafka is demanded in CI, and there are %d jars in %s and java is %q: run make kafka", len(jars), libs, java)
		}
		t.Skip("no Java or no Kafka: run make kafka")
	}
	kafka := func(environ []string, class string, args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), java, append([]string{"-cp", filepath.Join(libs, "*"), class}, args...)...)
		command.Env = append(os.Environ(), environ...)
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s\n%s", class, err, out, stderr(err))
		}
		return string(out)
	}

	service := project(t, "CLICKHOUSE_PASSWORD=secret").Services["kafka"]
	environ := []string{"CLUSTER_ID=5L6g3nShT-eMCtk--X86sw"}
	for name, value := range service.Environment {
		if name == "KAFKA_LOG_DIRS" {
			// Of the image's folders only the place differs here.
			data := t.TempDir()
			value = &data
		}
		environ = append(environ, name+"="+*value)
	}
	defaults, final := t.TempDir(), t.TempDir()
	for _, name := range []string{"server.properties", "log4j2.yaml", "tools-log4j2.yaml"} {
		if err := os.WriteFile(filepath.Join(defaults, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kafka(environ, "kafka.docker.KafkaDockerWrapper", "setup",
		"--default-configs-dir", defaults, "--mounted-configs-dir", t.TempDir(), "--final-configs-dir", final)

	var known []string
	for _, id := range regexp.MustCompile(`id="brokerconfigs_([^"]+)"`).FindAllStringSubmatch(kafka(nil, "kafka.server.KafkaConfig"), -1) {
		known = append(known, id[1])
	}
	if len(known) < 100 {
		t.Fatalf("Kafka names only %d settings", len(known))
	}
	properties, err := os.ReadFile(filepath.Join(final, "server.properties"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for line := range strings.Lines(string(properties)) {
		key, _, found := strings.Cut(strings.TrimSpace(line), "=")
		if !found || strings.HasPrefix(key, "#") {
			continue
		}
		count++
		if !slices.Contains(known, key) {
			t.Errorf("Kafka has no setting %q", key)
		}
	}
	if count != len(service.Environment) {
		t.Errorf("%d variables became %d properties:\n%s", len(service.Environment), count, properties)
	}
}

// stderr is what a failed command said.
func stderr(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return string(exit.Stderr)
	}
	return ""
}
