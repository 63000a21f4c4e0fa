package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// maxFileBytes bounds the configuration and the files of secrets.
const maxFileBytes = 1 << 20

// Load returns the default configuration, overridden by the YAML file at path
// (none where path is empty) and then by the ROLLCALL_ variables of environ,
// which has the form of os.Environ. Secrets that are given as files are read.
// The result is valid; else the error is a [Problems] with all that was found,
// or an error of the file system.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	file := decoder{
		source: filepath.Base(path), dir: filepath.Dir(path), lines: true,
		anchors: map[string]ast.Node{}, where: map[string]string{},
	}
	if path != "" {
		text, err := readBounded(path)
		if err != nil {
			return Config{}, fmt.Errorf("reading the configuration: %w", err)
		}
		file.source = path
		if root := file.parse(text); root != nil {
			file.section(root, reflect.ValueOf(&c).Elem(), "")
		}
	}
	problems := file.problems
	problems = append(problems, override(&c, environ, file.where)...)
	for i := range c.Reports.Schedules {
		if c.Reports.Schedules[i].Zone == "" {
			c.Reports.Schedules[i].Zone = "UTC"
		}
	}
	problems = append(problems, readSecrets(&c, environ)...)
	// A value that could not be read has its default here, or is reported
	// already: what only follows from it is left out.
	reported := problems
	for _, p := range c.problems() {
		if !slices.ContainsFunc(reported, func(known Problem) bool { return within(p.Key, known.Key) }) {
			problems = append(problems, p)
		}
	}
	for i, p := range problems {
		if p.Where == "" {
			problems[i].Where = place(p.Key, file.where)
		}
	}
	if err := problems.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// within says whether key is outer or lies below it.
func within(key, outer string) bool {
	rest, found := strings.CutPrefix(key, outer)
	return found && outer != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// place is where a key was set, or else where the section stands that it is
// missing in.
func place(key string, where map[string]string) string {
	for key != "" {
		if at := where[key]; at != "" {
			return at
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return ""
}

// override sets the keys that environ has variables for.
func override(c *Config, environ []string, where map[string]string) Problems {
	given := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, envPrefix) && value != "" {
			given[name] = value
		}
	}
	var problems Problems
	known := outside()
	eachLeaf(reflect.ValueOf(c).Elem(), "", func(l leaf) {
		name := EnvName(l.key)
		known = append(known, name)
		if text, ok := given[name]; ok {
			where[l.key] = name
			d := decoder{source: name, anchors: map[string]ast.Node{}, where: where}
			d.variable(text, l)
			problems = append(problems, d.problems...)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(known, name) || isServiceLink(name) {
			continue
		}
		hint := "; the variables are ROLLCALL_ and a key in upper case, dots as underscores"
		if meant := nearest(name, known); meant != "" {
			hint = fmt.Sprintf("; did you mean %s?", meant)
		}
		problems.add(name, "", "unknown variable%s", hint)
	}
	return problems
}

// variable sets a key from a variable's text.
func (d *decoder) variable(text string, into leaf) {
	if into.value.Kind() != reflect.Slice {
		d.text(d.source, text, into)
		return
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "[") && into.value.Type().Elem().Kind() == reflect.String {
		var names []string
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
		into.value.Set(reflect.ValueOf(names))
		return
	}
	if node := d.parse([]byte(text)); node != nil {
		d.value(node, into)
	}
}

// serviceLink matches the variables that Kubernetes and container links make
// up for a service that is called rollcall, or rollcall-something.
const serviceLink = `^ROLLCALL_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_.+)?)$`

func isServiceLink(name string) bool {
	return regexp.MustCompile(serviceLink).MatchString(name)
}

// readSecrets fills in the secrets that are given as files, or in a variable
// of their own.
func readSecrets(c *Config, environ []string) Problems {
	var problems Problems
	read := func(key string, into *Secret, file string) {
		if into.Reveal() == redacted {
			problems.add("", key, "%q is the mark that hides a password in a printed configuration; expected the password", redacted)
		}
		if file == "" {
			return
		}
		if into.Reveal() != "" {
			problems.add("", key+"_file", "given beside %s; expected one of the two", key)
			return
		}
		*into = readSecret(key+"_file", file, &problems)
	}
	read("kafka.sasl.password", &c.Kafka.SASL.Password, c.Kafka.SASL.PasswordFile)
	read("clickhouse.password", &c.ClickHouse.Password, c.ClickHouse.PasswordFile)
	c.Alerts.secrets(read)
	if !c.Pseudonyms.Enabled && c.Alerts.Persons != PersonsPseudonyms {
		return problems
	}
	if c.Pseudonyms.KeyFile != "" {
		c.Pseudonyms.Key = readSecret("pseudonyms.key_file", c.Pseudonyms.KeyFile, &problems)
		return problems
	}
	for _, entry := range environ {
		if value, found := strings.CutPrefix(entry, pseudonymKeyEnv+"="); found {
			c.Pseudonyms.Key = NewSecret(value)
		}
	}
	return problems
}

// readSecret reads a file that holds a secret and perhaps an end of line.
func readSecret(key, path string, problems *Problems) Secret {
	text, err := readBounded(path)
	if err != nil {
		problems.add("", key, "%v; expected a readable file that holds the secret", err)
		return Secret{}
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if secret == "" {
		problems.add("", key, "%s is empty; expected a file that holds the secret", path)
	}
	return NewSecret(secret)
}

// readBounded reads a file that has no reason to be large.
func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("%s has %d bytes; expected at most %d", path, info.Size(), maxFileBytes)
	}
	return os.ReadFile(path)
}

// YAML is the whole configuration as a file of it would say it, secrets as
// "***". Load reads it back, where there are none.
func (c Config) YAML() ([]byte, error) {
	return yaml.MarshalWithOptions(c, yaml.IndentSequence(true))
}
