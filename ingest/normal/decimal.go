package normal

import "bytes"

// AppendDecimal appends a decimal number in plain form: without an exponent,
// without zeros at either end that say nothing, and exact. It is not ok for
// what is no number or has more than 30 digits before or after the point.
func AppendDecimal(dst, text []byte) (plain []byte, ok bool) {
	d, ok := splitDecimal(bytes.TrimSpace(text))
	if !ok {
		return dst, false
	}
	digits := bytes.TrimRight(append(append([]byte(nil), d.digits...), d.rest...), "0")
	if len(digits) == 0 {
		return append(dst, '0'), true
	}
	const most = 30
	if d.point > most || int64(len(digits))-d.point > most {
		return dst, false
	}
	if d.negative {
		dst = append(dst, '-')
	}
	point := int(d.point)
	if point <= 0 {
		dst = append(dst, "0."...)
		for range -point {
			dst = append(dst, '0')
		}
		return append(dst, digits...), true
	}
	for i := range max(point, len(digits)) {
		if i == point {
			dst = append(dst, '.')
		}
		if i < len(digits) {
			dst = append(dst, digits[i])
		} else {
			dst = append(dst, '0')
		}
	}
	return dst, true
}

// Decimal sets dst to a number in plain form, notes it if it can't be read, and
// makes it part of the content.
func (w *Writer) Decimal(dst *string, name string, text []byte) {
	text = bytes.TrimSpace(text)
	plain := w.Scratch[:0]
	if len(text) > 0 && !Is(text, "null") && !Is(text, "redacted") {
		var ok bool
		if plain, ok = AppendDecimal(plain, text); !ok {
			w.Unread(name, DurationUnreadable)
		}
	}
	w.Scratch = plain
	w.Text(dst, name, plain)
}
