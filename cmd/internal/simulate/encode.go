package simulate

import "strconv"

// A stamp is how a format spells an instant.
type stamp uint8

const (
	millis    stamp = iota // 2026-01-02T03:04:05.678Z
	ticks                  // 2026-01-02T03:04:05.6781234Z, as .NET writes it
	ticksZone              // 2026-01-02T03:04:05.6781234+00:00
)

// appendTime spells an instant. The digits below the millisecond come from
// below, which is a hash: they say nothing, but they are there on the wire.
func appendTime(b []byte, ms int64, s stamp, below uint64) []byte {
	days, in := ms/(24*hour), ms%(24*hour)
	y, m, d := civil(days)
	b = digits(b, y, 4)
	b = digits(append(b, '-'), m, 2)
	b = digits(append(b, '-'), d, 2)
	b = digits(append(b, 'T'), in/hour, 2)
	b = digits(append(b, ':'), in/minute%60, 2)
	b = digits(append(b, ':'), in/second%60, 2)
	b = digits(append(b, '.'), in%second, 3)
	if s != millis {
		b = digits(b, int64(below%10000), 4)
	}
	if s == ticksZone {
		return append(b, "+00:00"...)
	}
	return append(b, 'Z')
}

// civil turns days since 1970 into a date (Howard Hinnant, "chrono-compatible
// low-level date algorithms"), for days not before 1970.
func civil(days int64) (y, m, d int64) {
	z := days + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d, m = doy-(153*mp+2)/5+1, mp+3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func digits(b []byte, v int64, n int) []byte {
	var buf [8]byte
	for i := n - 1; i >= 0; i-- {
		buf[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, buf[:n]...)
}

// appendSeconds spells milliseconds as seconds with a fraction.
func appendSeconds(b []byte, ms int64) []byte {
	b = strconv.AppendInt(b, ms/second, 10)
	return digits(append(b, '.'), ms%second, 3)
}

// Fields writes the members of a JSON object. Values must need no escapes.
type fields struct {
	b []byte
	// text turns every value into a string, as Application Insights does.
	text bool
	// pascal spells names with a capital, as Log Analytics does.
	pascal bool
	some   bool
}

func (f *fields) name(n string) {
	if f.some {
		f.b = append(f.b, ',')
	}
	f.some = true
	f.b = append(f.b, '"')
	at := len(f.b)
	f.b = append(f.b, n...)
	if f.pascal && n[0] >= 'a' {
		f.b[at] -= 'a' - 'A'
	}
	f.b = append(f.b, '"', ':')
}

func (f *fields) str(n, v string) {
	f.name(n)
	f.b = append(append(append(f.b, '"'), v...), '"')
}

func (f *fields) guid(n string, v guid) {
	f.name(n)
	f.b = append(v.append(append(f.b, '"')), '"')
}

func (f *fields) time(n string, ms int64, s stamp, below uint64) {
	f.name(n)
	f.b = append(appendTime(append(f.b, '"'), ms, s, below), '"')
}

// raw writes a number or a literal, quoted where all values are strings.
func (f *fields) raw(n, v string) {
	if f.text {
		f.str(n, v)
		return
	}
	f.name(n)
	f.b = append(f.b, v...)
}

func (f *fields) int(n string, v int64, quoted bool) {
	f.name(n)
	if quoted || f.text {
		f.b = append(strconv.AppendInt(append(f.b, '"'), v, 10), '"')
		return
	}
	f.b = strconv.AppendInt(f.b, v, 10)
}
