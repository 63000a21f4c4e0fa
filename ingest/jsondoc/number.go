package jsondoc

import (
	"bytes"
	"math"
	"strconv"
)

// decimal is the number digits × 10^(exponent + shift), exactly. The digits
// begin and end with one that is not zero, in two pieces; zero has none.
type decimal struct {
	negative    bool
	whole, part []byte // the digits
	shift       int64
	expNegative bool
	exponent    []byte // digits as written, without needless zeros
}

// splitNumber takes a checked number apart.
func splitNumber(raw []byte) decimal {
	var d decimal
	if raw[0] == '-' {
		d.negative = true
		raw = raw[1:]
	}
	if i := bytes.IndexAny(raw, "eE"); i >= 0 {
		d.exponent = raw[i+1:]
		d.expNegative = d.exponent[0] == '-'
		d.exponent = bytes.TrimLeft(d.exponent, "+-0")
		raw = raw[:i]
	}
	d.whole = raw
	if i := bytes.IndexByte(raw, '.'); i >= 0 {
		d.whole, d.part = raw[:i], bytes.TrimRight(raw[i+1:], "0")
		d.shift = -int64(len(d.part))
	}
	if len(d.part) == 0 {
		significant := bytes.TrimRight(d.whole, "0")
		d.shift = int64(len(d.whole) - len(significant))
		d.whole = significant
	} else if d.whole[0] == '0' {
		d.whole, d.part = nil, bytes.TrimLeft(d.part, "0")
	}
	if len(d.whole) == 0 && len(d.part) == 0 {
		return decimal{}
	}
	return d
}

// smallExponent has at most so many digits: it and its sum with any shift fit
// an int64.
const smallExponent = 18

// power returns the power of ten that the digits are multiplied by, unless it
// is absurdly large.
func (d decimal) power() (e int64, ok bool) {
	if len(d.exponent) > smallExponent {
		return 0, false
	}
	for _, c := range d.exponent {
		e = e*10 + int64(c-'0')
	}
	if d.expNegative {
		e = -e
	}
	return e + d.shift, true
}

// integer returns the number if it is whole and fits.
func (d decimal) integer() (i int64, ok bool) {
	count := len(d.whole) + len(d.part)
	if count == 0 {
		return 0, true
	}
	e, ok := d.power()
	if !ok || e < 0 || e > 18 || count+int(e) > 19 {
		return 0, false
	}
	var u uint64 // at most 19 digits: no overflow
	for _, c := range d.whole {
		u = u*10 + uint64(c-'0')
	}
	for _, c := range d.part {
		u = u*10 + uint64(c-'0')
	}
	for range e {
		u *= 10
	}
	switch {
	case d.negative && u <= math.MaxInt64+1:
		return -int64(u), true
	case !d.negative && u <= math.MaxInt64:
		return int64(u), true
	}
	return 0, false
}

// plainZeros is how many zeros a number may end with in the normal form
// before it is written with an exponent.
const plainZeros = 20

// appendNumber appends the normal form of a checked number: equal numbers have
// the same, however they are written, and different ones different ones.
func appendNumber(dst, raw []byte) []byte {
	d := splitNumber(raw)
	if len(d.whole) == 0 && len(d.part) == 0 {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(dst, d.whole...)
	dst = append(dst, d.part...)
	e, ok := d.power()
	switch {
	case !ok:
		return d.appendHugePower(append(dst, 'e'))
	case e < 0 || e > plainZeros:
		return strconv.AppendInt(append(dst, 'e'), e, 10)
	}
	for range e {
		dst = append(dst, '0')
	}
	return dst
}

// appendHugePower appends exponent + shift. The exponent has more than 18
// digits, so the sum has its sign and only its last 18 digits change, but for
// one carried over.
func (d decimal) appendHugePower(dst []byte) []byte {
	const low18 = 1_000_000_000_000_000_000
	if d.expNegative {
		dst = append(dst, '-')
		d.shift = -d.shift
	}
	split := len(d.exponent) - smallExponent
	high, low := bytes.Clone(d.exponent[:split]), d.shift
	for i, scale := len(d.exponent)-1, int64(1); i >= split; i, scale = i-1, scale*10 {
		low += int64(d.exponent[i]-'0') * scale
	}
	switch {
	case low >= low18:
		low -= low18
		i := len(high) - 1
		for ; i >= 0 && high[i] == '9'; i-- {
			high[i] = '0'
		}
		if i >= 0 {
			high[i]++
		} else {
			dst = append(dst, '1')
		}
	case low < 0:
		low += low18
		i := len(high) - 1
		for ; high[i] == '0'; i-- { // the first digit is not 0
			high[i] = '9'
		}
		high[i]--
		high = bytes.TrimLeft(high, "0")
	}
	dst = append(dst, high...)
	digits := strconv.AppendInt(nil, low, 10)
	if len(high) > 0 {
		for range smallExponent - len(digits) {
			dst = append(dst, '0')
		}
	}
	return append(dst, digits...)
}
