package config

import (
	"reflect"
	"strings"
)

// envPrefix is what the variables of all keys begin with.
const envPrefix = "ROLLCALL_"

// pseudonymKeyEnv holds the key of the pseudonyms; no key of the file has it.
const pseudonymKeyEnv = "ROLLCALL_PSEUDONYM_KEY"

// outside are the variables of Rollcall that belong to no key.
func outside() []string { return []string{"ROLLCALL_LIBCHDB", pseudonymKeyEnv} }

// EnvName is the variable that overrides a key: of kafka.sasl.username it is
// ROLLCALL_KAFKA_SASL_USERNAME.
func EnvName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// Keys are all keys that have a value of their own, in the order of the
// sample file.
func Keys() []string {
	var config Config
	var keys []string
	eachLeaf(reflect.ValueOf(&config).Elem(), "", func(l leaf) { keys = append(keys, l.key) })
	return keys
}

// leaf is a value of the configuration and what the file calls it.
type leaf struct {
	key   string
	value reflect.Value
	// path says that the text names a file or folder.
	path bool
}

// eachLeaf calls visit for every key below value, which is a struct.
func eachLeaf(value reflect.Value, prefix string, visit func(leaf)) {
	for _, f := range fields(value, prefix) {
		if f.value.Kind() == reflect.Struct && !isScalar(f.value) {
			eachLeaf(f.value, f.key, visit)
			continue
		}
		visit(f)
	}
}

// fields are the direct keys of a struct.
func fields(value reflect.Value, prefix string) []leaf {
	var all []leaf
	for i := range value.NumField() {
		field := value.Type().Field(i)
		name := field.Tag.Get("yaml")
		if name == "-" {
			continue
		}
		all = append(all, leaf{key: join(prefix, name), value: value.Field(i), path: field.Tag.Get("kind") == "path"})
	}
	return all
}

// isScalar says whether a struct is written as one text.
func isScalar(value reflect.Value) bool {
	switch value.Interface().(type) {
	case Secret, DSN:
		return true
	}
	return false
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
