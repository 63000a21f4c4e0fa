package simulate

import "strconv"

// A stamp is how a format spells an instant.
type stamp uint8

const (
	millis     stamp = iota // 2026-01-02T03:04:05.678Z
	ticks                   // 2026-01-02T03:04:05.6781234Z, as .NET writes it
	ticksZone               // 2026-01-02T03:04:05.6781234+00:00
	portalTime              // 1/2/2026, 3:04:05.678 AM
)

// appendTime spells an instant. The digits below the millisecond come from
// below, which is a hash: they say nothing, but they are there on the wire.
func appendTime(b []byte, ms int64, s stamp, below uint64) []byte {
	days, in := ms/(24*hour), ms%(24*hour)
	y, m, d := civil(days)
	if s == portalTime {
		b = strconv.AppendInt(append(strconv.AppendInt(b, m, 10), '/'), d, 10)
		b = append(strconv.AppendInt(append(b, '/'), y, 10), ", "...)
		b = append(strconv.AppendInt(b, (in/hour+11)%12+1, 10), ':')
		b = append(digits(b, in/minute%60, 2), ':')
		b = append(digits(b, in/second%60, 2), '.')
		return append(digits(b, in%second, 3), orElse(in < 12*hour, " AM", " PM")...)
	}
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
	// quoted turns numbers into strings, as exports from the portal have them.
	quoted bool
	// otlp makes each member an attribute of OpenTelemetry: a key and a typed
	// value, in a list.
	otlp bool
	some bool
}

func (f *fields) name(n string) {
	if f.some {
		f.b = append(f.b, ',')
	}
	f.some = true
	if f.otlp {
		f.b = append(append(append(f.b, `{"key":"`...), n...), `","value":{"`...)
		return
	}
	f.b = append(f.b, '"')
	at := len(f.b)
	f.b = append(f.b, n...)
	if f.pascal && n[0] >= 'a' {
		f.b[at] -= 'a' - 'A'
	}
	f.b = append(f.b, '"', ':')
}

// open begins a text, and shut ends it.
func (f *fields) open(n string) {
	f.name(n)
	if f.otlp {
		f.b = append(f.b, `stringValue":`...)
	}
	f.b = append(f.b, '"')
}

func (f *fields) shut() {
	f.b = append(f.b, '"')
	if f.otlp {
		f.b = append(f.b, '}', '}')
	}
}

func (f *fields) str(n, v string) {
	f.open(n)
	f.b = append(f.b, v...)
	f.shut()
}

func (f *fields) guid(n string, v guid) {
	f.open(n)
	f.b = v.append(f.b)
	f.shut()
}

func (f *fields) time(n string, ms int64, s stamp, below uint64) {
	f.open(n)
	f.b = appendTime(f.b, ms, s, below)
	f.shut()
}

// raw writes a number or a literal, quoted where all values are strings.
func (f *fields) raw(n, v string) {
	if f.text || f.quoted {
		f.str(n, v)
		return
	}
	f.name(n)
	if f.otlp { // only ever true or false
		f.b = append(append(append(f.b, `boolValue":`...), v...), '}', '}')
		return
	}
	f.b = append(f.b, v...)
}

func (f *fields) int(n string, v int64, quoted bool) {
	f.name(n)
	if f.otlp {
		f.b = append(strconv.AppendInt(append(f.b, `intValue":"`...), v, 10), '"', '}', '}')
		return
	}
	if quoted || f.text || f.quoted {
		f.b = append(strconv.AppendInt(append(f.b, '"'), v, 10), '"')
		return
	}
	f.b = strconv.AppendInt(f.b, v, 10)
}
