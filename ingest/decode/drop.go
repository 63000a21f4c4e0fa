package decode

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"rollcall/ingest/jsondoc"
)

// dropped begins what a dropped value leaves; 64 hex digits follow, of the
// salted hash in what is stored, zeros in what is decoded.
const dropped = "dropped:"

const placeholderLength = len(`"`+dropped+`"`) + 2*sha256.Size

// An attribute of OpenTelemetry is an object with a key and, behind it, a value:
// it is dropped as a member of that name would be.
const keyName, valueName = "key", "value"

// maxNesting is how deep JSON within texts within JSON is searched.
const maxNesting = 4

// A dropper replaces the values of the members that are not to be stored.
type dropper struct {
	paths [][]string // in lower case, the innermost name last
	key   []byte
	// first has, for each length of an innermost name, a bit for each of their
	// first letters: nearly all names are ruled out by it.
	first [64]uint32
	// hashes has a bit for the hash of each innermost name, and of keyName.
	hashes [16]uint64
	path   [][]byte // names of the members being searched
	clean  []byte   // the last text of JSON that had nothing to drop
}

func newDropper(list []string, key []byte) dropper {
	d := dropper{key: bytes.Clone(key)}
	for _, entry := range list {
		path := strings.Split(strings.ToLower(strings.TrimSpace(entry)), ".")
		if name := path[len(path)-1]; name != "" {
			d.paths = append(d.paths, path)
			d.first[len(name)%len(d.first)] |= letter(name[0])
			d.note(name)
		}
	}
	if len(d.paths) > 0 {
		d.note(keyName)
	}
	return d
}

func (d *dropper) note(name string) {
	hash := jsondoc.FoldHash(name)
	d.hashes[hash>>6&15] |= 1 << (hash & 63)
}

// mayBe does the same as maybe for a name on the tape, which has its hash: it
// rules out a hundred names for each that it does not, and keyName never.
func (d *dropper) mayBe(name jsondoc.Value) bool {
	hash := name.NameHash()
	return d.hashes[hash>>6&15]>>(hash&63)&1 != 0
}

func letter(c byte) uint32 { return 1 << (c & 31) }

// maybe reports whether a name may be the innermost one of a path.
func (d *dropper) maybe(name []byte) bool {
	return len(name) > 0 && d.first[len(name)%len(d.first)]&letter(name[0]) != 0
}

// names reports whether a member is to be dropped, by its name and those of
// the members around it, the innermost last.
func (d *dropper) names(around [][]byte, name []byte) bool {
	if !d.maybe(name) {
		return false
	}
	for _, path := range d.paths {
		last := len(path) - 1
		if !strings.EqualFold(path[last], string(name)) || last > len(around) {
			continue
		}
		outer := around[len(around)-last:]
		if slices.EqualFunc(path[:last], outer, func(want string, have []byte) bool {
			return strings.EqualFold(want, string(have))
		}) {
			return true
		}
	}
	return false
}

// finds reports whether a document has anything to drop.
func (d *dropper) finds(v jsondoc.Value) bool {
	if len(d.paths) == 0 {
		return false
	}
	d.path = d.path[:0]
	return d.search(v)
}

// search calls itself at most jsondoc.MaxDepth times.
func (d *dropper) search(v jsondoc.Value) bool {
	switch v.Kind() {
	case jsondoc.String:
		return d.nests(v.Raw())
	case jsondoc.Array:
		for e := range v.Elements() {
			if k := e.Kind(); k >= jsondoc.String && d.search(e) {
				return true
			}
		}
	case jsondoc.Object:
		keyed := false
		for name, value := range v.Members() {
			kind := value.Kind()
			if d.mayBe(name) {
				raw := name.Bytes()
				if string(raw) == keyName && kind == jsondoc.String {
					keyed = d.names(nil, value.Bytes())
				}
				if kind != jsondoc.Null && d.names(d.path, raw) {
					return true
				}
			}
			if keyed && kind != jsondoc.Null && name.Is(valueName) {
				return true
			}
			if kind < jsondoc.String {
				continue
			}
			if kind == jsondoc.String {
				if d.nests(value.Raw()) {
					return true
				}
				continue
			}
			raw := name.Bytes()
			d.path = append(d.path, raw)
			found := d.search(value)
			d.path = d.path[:len(d.path)-1]
			if found {
				return true
			}
		}
	}
	return false
}

// nests does the same as mayNest. It remembers the last text that was clean,
// since the records of one app carry the same DiagnosticOptions.
func (d *dropper) nests(raw []byte) bool {
	if len(raw) < 2 || raw[1] != '{' && raw[1] != '[' && raw[1] != ' ' && raw[1] != '\\' || bytes.Equal(raw, d.clean) {
		return false
	}
	if d.mayNest(raw) {
		return true
	}
	if len(raw) <= 4096 {
		d.clean = append(d.clean[:0], raw...)
	}
	return false
}

// mayNest reports whether a string, with its quotes, holds JSON as a text with
// a name in it that is to be dropped. It may say so wrongly.
func (d *dropper) mayNest(raw []byte) bool {
	if len(raw) < len(`"{\"a\":1}"`) {
		return false
	}
	if c := raw[1]; c != '{' && c != '[' && c != ' ' && c != '\\' {
		return false
	}
	rest := raw
	for {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 >= len(rest) {
			return false
		}
		rest = rest[i+1:]
		if rest[0] == 'u' || rest[0] == '\\' {
			return true // the name may be written in a way that hides it
		}
		if rest[0] != '"' {
			continue
		}
		rest = rest[1:]
		end := bytes.IndexByte(rest, '\\')
		if end > 0 && d.maybe(rest[:end]) && d.innermost(rest[:end]) {
			return true
		}
	}
}

func (d *dropper) innermost(name []byte) bool {
	for _, path := range d.paths {
		if strings.EqualFold(path[len(path)-1], string(name)) {
			return true
		}
	}
	return false
}

// redact returns the message with what is to be dropped replaced, once by
// salted hashes, as it is to be stored, and once by constants, as it is to be
// decoded; both have the same length, so that an offset means the same part.
// It needs no valid JSON: what looks like a member is one. If nothing is to be
// replaced it returns what it was given.
func (d *dropper) redact(src []byte) (stored, plain []byte) {
	if len(d.paths) == 0 {
		return src, src
	}
	r := newRedaction(d, src)
	r.run(0)
	if r.plain == nil {
		return src, src
	}
	stored, plain = r.stored, r.plain
	if bytes.Equal(stored, src) {
		stored = src // everything was dropped before
	}
	return stored, plain
}

// maxPath is how many open containers are told apart. What is deeper is no valid
// message; there a member is dropped whatever stands around it.
const maxPath = 2 * jsondoc.MaxDepth

// A redaction is the work on one text.
type redaction struct {
	d             *dropper
	src           []byte
	done          int // src is copied up to here
	stored, plain []byte
	path          [][]byte // name of each open container, nil in lists
	keyed         []bool   // for each, whether it is an attribute to be dropped
	deeper        int      // open containers beyond maxPath, of which nothing is kept
	names         [][]byte // memory of around
	budget        int      // bytes that may be searched for brackets that are never closed
}

func newRedaction(d *dropper, src []byte) redaction {
	return redaction{d: d, src: src, budget: 8 * len(src)}
}

// replace puts the two forms in the place of src[from:to].
func (r *redaction) replace(from, to int, stored, plain []byte) {
	r.stored = append(append(r.stored, r.src[r.done:from]...), stored...)
	r.plain = append(append(r.plain, r.src[r.done:from]...), plain...)
	r.done = to
}

func (r *redaction) run(nesting int) {
	var pending []byte // the name whose value comes next
	for i := 0; i < len(r.src); {
		switch r.src[i] {
		case '{', '[':
			if len(r.path) < maxPath {
				r.path, r.keyed = append(r.path, pending), append(r.keyed, false)
			} else {
				r.deeper++
			}
			pending = nil
			i++
		case '}', ']':
			if r.deeper > 0 {
				r.deeper--
			} else if len(r.path) > 0 {
				r.path, r.keyed = r.path[:len(r.path)-1], r.keyed[:len(r.keyed)-1]
			}
			pending = nil
			i++
		case ',', '\n':
			if r.src[i] == ',' {
				pending = nil
			}
			i++
		case '"':
			end := stringEnd(r.src, i)
			colon := skipBlank(r.src, end)
			if colon >= len(r.src) || r.src[colon] != ':' {
				r.text(i, end, nesting)
				pending = nil
				i = end
				continue
			}
			pending = unquote(r.src[i:end])
			i = skipBlank(r.src, colon+1)
			if r.attribute(pending, i) || r.d.maybe(pending) && (r.d.names(r.around(), pending) || r.deeper > 0 && r.d.innermost(pending)) {
				i = r.member(i)
				pending = nil
			}
		default:
			i++
		}
	}
	if r.plain != nil {
		r.stored = append(r.stored, r.src[r.done:]...)
		r.plain = append(r.plain, r.src[r.done:]...)
	}
}

// attribute reports whether the member of this name, whose value is at offset i,
// is the value of an attribute that is to be dropped.
func (r *redaction) attribute(name []byte, i int) bool {
	last := len(r.keyed) - 1
	switch {
	case last < 0:
		return false
	case string(name) == keyName:
		r.keyed[last] = i < len(r.src) && r.src[i] == '"' && r.d.names(nil, unquote(r.src[i:stringEnd(r.src, i)]))
		return false
	}
	return r.keyed[last] && string(name) == valueName
}

// around returns the names around a member: those of the open containers
// without lists, whose elements stand as if in their place.
func (r *redaction) around() [][]byte {
	const enough = 8
	path := r.path
	if len(path) > enough {
		path = path[len(path)-enough:]
	}
	r.names = r.names[:0]
	for _, name := range path {
		if name != nil {
			r.names = append(r.names, name)
		}
	}
	return r.names
}

// member replaces the value at offset i and returns the offset behind it.
func (r *redaction) member(i int) int {
	end := r.valueEnd(i)
	value := r.src[i:end]
	switch {
	case len(value) == 0, string(value) == "null", string(value) == `""`:
		return end
	case isPlaceholder(value):
		r.replace(i, end, value, placeholder(nil))
		return end
	}
	var sum []byte
	if len(r.d.key) > 0 {
		mac := hmac.New(sha256.New, r.d.key)
		mac.Write(value)
		sum = mac.Sum(nil)
	}
	r.replace(i, end, placeholder(sum), placeholder(nil))
	return end
}

// valueEnd returns where the value at offset i ends, in linear time over all
// values: when too many brackets are never closed, all of them end with their
// line.
func (r *redaction) valueEnd(i int) int {
	if r.budget < 0 {
		return lineEnd(r.src, i)
	}
	end, closed := valueEnd(r.src, i)
	if !closed {
		r.budget -= len(r.src) - i
	}
	return end
}

// text looks into a string that may hold JSON as its text.
func (r *redaction) text(start, end, nesting int) {
	if nesting >= maxNesting || !r.d.mayNest(r.src[start:end]) {
		return
	}
	inner := newRedaction(r.d, unquote(r.src[start:end]))
	inner.run(nesting + 1)
	if inner.plain != nil {
		r.replace(start, end, quote(inner.stored), quote(inner.plain))
	}
}

func placeholder(sum []byte) []byte {
	if sum == nil {
		sum = make([]byte, sha256.Size)
	}
	dst := append(make([]byte, 0, placeholderLength), `"`+dropped...)
	return append(hex.AppendEncode(dst, sum), '"')
}

func isPlaceholder(value []byte) bool {
	if len(value) != placeholderLength || string(value[1:1+len(dropped)]) != dropped {
		return false
	}
	for _, c := range value[1+len(dropped) : len(value)-1] {
		if c-'0' > 9 && (c < 'a' || c > 'f') {
			return false
		}
	}
	return value[0] == '"' && value[len(value)-1] == '"'
}

// unquote returns the text of a string, as well as it can be told.
func unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return bytes.Trim(raw, `"`)
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return bytes.Trim(raw, `"`)
	}
	return []byte(text)
}

// quote returns a text as a string of JSON.
func quote(text []byte) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if e.Encode(string(text)) != nil {
		return []byte(`""`) // strings always encode
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
