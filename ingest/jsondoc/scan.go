package jsondoc

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

func skipSpace(d []byte, i int) int {
	for i < len(d) && (d[i] == ' ' || d[i] == '\n' || d[i] == '\r' || d[i] == '\t') {
		i++
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// scanString checks the string whose opening quote is just before offset i. It
// returns the offset behind its closing quote and escapedFlag if it has a
// backslash, or the offset of the wrong byte and what is wrong.
func scanString(d []byte, i int) (end int, escaped uint32, bad string) {
	for {
		// Eight bytes at a time: the lowest high bit of special marks the first
		// byte that is a quote, a backslash, a control character or not ASCII.
		// Only bytes above a marked one can be marked wrongly, by a borrow.
		for i+8 <= len(d) {
			w := binary.LittleEndian.Uint64(d[i:])
			special := (w | (w - ' '*ones) | ((w ^ '"'*ones) - ones) | ((w ^ '\\'*ones) - ones)) & highs
			if special != 0 {
				i += bits.TrailingZeros64(special) >> 3
				break
			}
			i += 8
		}
		if i >= len(d) {
			return i, 0, wantQuote
		}
		switch c := d[i]; {
		case c == '"':
			return i + 1, escaped, ""
		case c == '\\':
			escaped = escapedFlag
			if i, bad = scanEscape(d, i); bad != "" {
				return i, 0, bad
			}
		case c < ' ':
			return i, 0, badControl
		case c < utf8.RuneSelf: // within the last seven bytes
			i++
		default:
			r, size := utf8.DecodeRune(d[i:])
			if r == utf8.RuneError && size == 1 {
				return i, 0, badUTF8
			}
			i += size
			// Text that is not ASCII usually goes on so.
			for i < len(d) && d[i] >= utf8.RuneSelf {
				r, size := utf8.DecodeRune(d[i:])
				if r == utf8.RuneError && size == 1 {
					return i, 0, badUTF8
				}
				i += size
			}
		}
	}
}

// scanEscape checks the escape at offset i and returns the offset behind it.
func scanEscape(d []byte, i int) (end int, bad string) {
	if i+1 >= len(d) {
		return i + 1, wantEscape
	}
	switch d[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, ""
	case 'u':
	default:
		return i + 1, wantEscape
	}
	r, wrong := hex4(d, i+2)
	if wrong >= 0 {
		return wrong, wantHex
	}
	if r < 0xd800 || r > 0xdfff {
		return i + 6, ""
	}
	if r > 0xdbff || i+7 >= len(d) || d[i+6] != '\\' || d[i+7] != 'u' {
		return i, badSurrogate
	}
	low, wrong := hex4(d, i+8)
	if wrong >= 0 {
		return wrong, wantHex
	}
	if low < 0xdc00 || low > 0xdfff {
		return i, badSurrogate
	}
	return i + 12, ""
}

// hex4 reads four hexadecimal digits. The offset of the first byte that is
// none is returned as wrong, which otherwise is -1.
func hex4(d []byte, i int) (r rune, wrong int) {
	for end := i + 4; i < end; i++ {
		if i >= len(d) {
			return 0, i
		}
		c := d[i]
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, i
		}
		r = r<<4 | rune(c)
	}
	return r, -1
}

// scanNumber checks the number that begins at offset i, with a digit or a
// minus sign, and returns the offset behind it.
func scanNumber(d []byte, i int) (end int, bad string) {
	if d[i] == '-' {
		i++
	}
	first := i
	if i = skipDigits(d, i); i == first {
		return i, wantDigit
	}
	if d[first] == '0' && i > first+1 {
		return first, badZero
	}
	if i < len(d) && d[i] == '.' {
		from := i + 1
		if i = skipDigits(d, from); i == from {
			return i, wantDigit
		}
	}
	if i < len(d) && d[i]|0x20 == 'e' {
		i++
		if i < len(d) && (d[i] == '+' || d[i] == '-') {
			i++
		}
		from := i
		if i = skipDigits(d, from); i == from {
			return i, wantDigit
		}
	}
	return i, ""
}

func skipDigits(d []byte, i int) int {
	for i < len(d) && d[i]-'0' <= 9 {
		i++
	}
	return i
}

// scanLiteral reads true, false or null at offset i. The kind is Absent and
// the offset that of the first wrong byte if it is none of them in full.
func scanLiteral(d []byte, i int) (end int, k Kind) {
	literal, k := "null", Null
	switch d[i] {
	case 't':
		literal, k = "true", Bool
	case 'f':
		literal, k = "false", Bool
	}
	for n := range len(literal) {
		if i+n >= len(d) || d[i+n] != literal[n] {
			return i + n, Absent
		}
	}
	return i + len(literal), k
}
