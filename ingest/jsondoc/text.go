package jsondoc

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// appendUnescaped appends the text that raw, the inside of a checked string,
// stands for.
func appendUnescaped(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		r, size := unescape(raw[i:])
		dst = utf8.AppendRune(dst, r)
		raw = raw[i+size:]
	}
}

// unescape reads the checked escape at the start of raw.
func unescape(raw []byte) (r rune, size int) {
	switch raw[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, _ = hex4(raw, 2)
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		low, _ := hex4(raw, 8)
		return utf16.DecodeRune(r, low), 12
	}
	return rune(raw[1]), 2
}

// compareText compares two texts by code points, which for UTF-8 is the order
// of the bytes too. Each is the inside of a checked string if it is escaped,
// else plain UTF-8.
func compareText(a, b []byte, aEscaped, bEscaped bool) int {
	if !aEscaped && !bEscaped {
		return bytes.Compare(a, b)
	}
	for len(a) > 0 && len(b) > 0 {
		x, n := nextRune(a, aEscaped)
		y, m := nextRune(b, bEscaped)
		if x != y {
			return int(x - y)
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}

func nextRune(s []byte, escaped bool) (r rune, size int) {
	if escaped && s[0] == '\\' {
		return unescape(s)
	}
	return utf8.DecodeRune(s)
}
