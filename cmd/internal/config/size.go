package config

import (
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes, written 16MiB, 64KiB, 1GiB or as plain bytes.
type Size int64

// sizeUnits are the units that a size is written in, largest first.
func sizeUnits() []struct {
	name  string
	bytes int64
} {
	return []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
}

// ParseSize reads a size; it reports false where text is none. Units are
// powers of 1024: a bare MB, which means one thing to some and another to
// others, is refused.
func ParseSize(text string) (Size, bool) {
	factor := int64(1)
	for _, u := range sizeUnits() {
		if number, found := strings.CutSuffix(text, u.name); found {
			text, factor = strings.TrimRight(number, " "), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return 0, false
	}
	return Size(n * factor), true
}

// String writes the size in the largest unit that divides it.
func (s Size) String() string {
	for _, u := range sizeUnits() {
		if s != 0 && int64(s)%u.bytes == 0 && u.bytes > 1 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// MarshalYAML writes the size as ParseSize reads it.
func (s Size) MarshalYAML() (any, error) { return s.String(), nil }
