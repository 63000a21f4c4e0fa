package decode

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/schema"
)

var (
	mutations = flag.Int("inputs", 20_000, "how many mutated messages TestMutations decodes")
	seed      = flag.Uint64("seed", 1, "the inputs of TestMutations: input i is made of seed and i alone")
)

// Bounds that no input may go beyond: an input of at most mutantBytes takes
// milliseconds, and the process, with the tests' own checks, some 100 MB.
const (
	mutantBytes   = 64 << 10
	mutantTime    = 2 * time.Minute
	mutantsMemory = 1 << 30
)

// TestMutations decodes real messages of every format after damage of every
// kind, and holds each against what FuzzDecode demands. It has no feedback, so
// that a run of a certain number is the same inputs everywhere: "make fuzz
// INPUTS=10000000".
func TestMutations(t *testing.T) {
	seeds := mutationSeeds(t)
	var next, failed atomic.Int64
	var tally mutationTally
	var workers sync.WaitGroup
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			m := mutator{seeds: seeds}
			d, again := newTestDecoder(), newTestDecoder()
			mine := mutationTally{sources: map[schema.Source]int{}}
			for i := next.Add(1) - 1; i < int64(*mutations) && failed.Load() == 0; i = next.Add(1) - 1 {
				value := m.input(*seed, uint64(i))
				if !mine.decode(t, d, again, value) {
					failed.Add(1)
					t.Errorf("input %d of seed %d is kept as %s", i, *seed, keepInput(t, value))
				}
			}
			tally.add(&mine)
		})
	}
	workers.Wait()
	took := time.Since(began)
	peak := peakMemory()
	t.Logf("%d inputs, %d MB, in %.0f s: %d events, %d dead parts; the slowest input took %v; at most %d MB resident",
		tally.inputs, tally.bytes>>20, took.Seconds(), tally.events, tally.dead, tally.slowest.Round(time.Microsecond), peak>>20)
	if tally.inputs != *mutations && failed.Load() == 0 {
		t.Errorf("%d inputs were decoded, want %d", tally.inputs, *mutations)
	}
	if peak > mutantsMemory && !underRace {
		t.Errorf("%d MB were resident, want at most %d", peak>>20, mutantsMemory>>20)
	}
	if *mutations < 10_000 {
		return
	}
	for _, source := range []schema.Source{schema.SourceAzureMonitor, schema.SourceEventGrid, schema.SourceCallAutomation,
		schema.SourceGraph, schema.SourceRollcall, schema.SourceAppInsights, schema.SourceOTLP, schema.SourceRecordingFile} {
		if tally.sources[source] < *mutations/10_000 {
			t.Errorf("only %d events of %s were read: the mutations do not reach its decoder", tally.sources[source], source)
		}
	}
}

// A mutationTally counts what became of the inputs.
type mutationTally struct {
	mu                          sync.Mutex
	inputs, bytes, events, dead int
	slowest                     time.Duration
	sources                     map[schema.Source]int
}

func (a *mutationTally) add(b *mutationTally) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inputs += b.inputs
	a.bytes += b.bytes
	a.events += b.events
	a.dead += b.dead
	a.slowest = max(a.slowest, b.slowest)
	if a.sources == nil {
		a.sources = map[schema.Source]int{}
	}
	for source, n := range b.sources {
		a.sources[source] += n
	}
}

// decode decodes one input and reports whether all is as it should be. One that
// hangs ends the process, with the input on record.
func (a *mutationTally) decode(t *testing.T, d, again *Decoder, value []byte) (fine bool) {
	hang := time.AfterFunc(mutantTime, func() {
		panic(fmt.Sprintf("no end after %v; the input is kept as %s", mutantTime, keepInput(t, value)))
	})
	defer hang.Stop()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("panic: %v", r)
			fine = false
		}
	}()
	watched := &watch{TB: t}
	began := time.Now()
	r := checkDecoded(watched, d, again, value)
	took := time.Since(began)
	for range 3 { // or another process had the processor
		if took < 20*time.Millisecond {
			break
		}
		began = time.Now()
		r = checkDecoded(watched, d, again, value)
		took = min(took, time.Since(began))
	}
	a.slowest = max(a.slowest, took)
	a.inputs++
	a.bytes += len(value)
	a.events += len(r.Events)
	a.dead += len(r.Dead)
	for i := range r.Events {
		a.sources[r.Events[i].Source]++
	}
	return !watched.failed
}

// A watch tells whether an input failed.
type watch struct {
	testing.TB
	failed bool
}

func (w *watch) Errorf(format string, args ...any) {
	w.failed = true
	w.TB.Errorf(format, args...)
}

// keepInput writes an input where FuzzDecode finds it from now on.
func keepInput(t *testing.T, value []byte) string {
	name := filepath.Join("testdata", "fuzz", "FuzzDecode", fmt.Sprintf("%x", sha256.Sum256(value))[:16])
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(name, []byte("go test fuzz v1\n[]byte("+strconv.Quote(string(value))+")\n"), 0o644); err != nil {
		t.Error(err)
	}
	return name
}

// peakMemory returns the largest resident size of this process in bytes, or 0
// where the system does not say.
func peakMemory() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseInt(kilobytes, 10, 64)
	return n << 10
}

// mutationSeeds are the samples and the messages of the benchmarks, each by
// itself, compact where it is not.
func mutationSeeds(t *testing.T) [][]byte {
	seeds := [][]byte{[]byte("[" + summaryRow + "," + gridEvent + "]"), []byte(callEvent + "\r\n" + ownEvent)}
	for _, file := range sampleFiles(t) {
		seeds = append(seeds, read(t, file))
	}
	for _, m := range messagesOfFormats() {
		seeds = append(seeds, []byte(m.value))
	}
	return seeds
}

// strange are values that have broken decoders before.
var strange = []string{
	"null", `"null"`, `"Redacted"`, `" "`, `""`, "1e999999", "-1e-999999", "9223372036854775808", "-0", "0.1e1", "1E400", "true", "{}", "[]", "[[[[[[]]]]]]",
	`"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.9999999+14:00"`, `"1/2/2026, 9:00:00.000 AM"`, `"2026-02-30T25:61:61Z"`, `"P1Y2M3DT4H5M6.7S"`,
	`"00000000-0000-0000-0000-000000000000"`, `"8:acs:_"`, `"8:orgid:"`, `"4:+"`, `"\ud83d\ude00"`, `"\u0000"`, `"CallSummary"`, `"Usage"`, `"AppEvents"`,
	`"rollcall.notice.shown"`, `"Microsoft.Communication.CallEnded"`, `{"rawId":5}`, `[{"id":null}]`, `{"a":{"a":{"a":[1,2,{}]}}}`,
}

// pieces are what else has.
var pieces = []string{
	"00", "NaN", `"\ud800"`, "\x00", "\xff\xfe", "\xef\xbb\xbf", "\r\n", "\u2028",
	"{", "}", "[", "]", ",", ":", `"`, `\`, "[[[[[[[[", `{"a":`, `"records":[`, `"value":[`, `"properties":`, `"properties":"{\"`,
	`"time":`, `"category":"CallSummary",`, `"specversion":"1.0",`, `"eventType":"Microsoft.Communication.CallEnded",`, `"@odata.type":"#microsoft.graph.callRecords.callRecord",`,
	`"resourceLogs":[`, `"type":"rollcall.notice.shown",`, `"Type":"AppEvents",`, `"id":`, `"data":`, `"token":"S",`, `"messageBody":"S",`,
}

// A mutator makes inputs; it keeps its memory.
type mutator struct {
	seeds  [][]byte
	random *rand.PCG
	buf    []byte
}

// input returns input number i of a seed, valid until the next.
func (m *mutator) input(seed, i uint64) []byte {
	if m.random == nil {
		m.random = rand.NewPCG(seed, i)
	}
	m.random.Seed(seed, i)
	r := rand.New(m.random)
	b := append(m.buf[:0], m.seeds[r.IntN(len(m.seeds))]...)
	// Half of the inputs stay whole documents, whose values are strange.
	ways := 14
	if r.IntN(2) == 0 {
		ways = 5
	}
	for range 1 + r.IntN(4) {
		b = m.mutate(r, b, r.IntN(ways))
		if len(b) > mutantBytes {
			b = b[:mutantBytes]
		}
	}
	m.buf = b
	return b
}

// mutate changes a message in one of the ways in which messages are damaged. The
// first five mostly leave JSON what it is.
func (m *mutator) mutate(r *rand.Rand, b []byte, way int) []byte {
	if len(b) == 0 {
		return append(b, pieces[r.IntN(len(pieces))]...)
	}
	at := r.IntN(len(b))
	to := min(len(b), at+1+r.IntN(1+len(b)/8))
	switch way {
	case 0: // a value in another's place
		b = replaceValue(b, at, []byte(strange[r.IntN(len(strange))]))
	case 1: // a value of another message in its place
		other := m.seeds[r.IntN(len(m.seeds))]
		b = replaceValue(b, at, valueAt(other, r.IntN(len(other))))
	case 2: // a text within a text
		if inner := valueAt(b, at); len(inner) > 0 {
			b = replaceValue(b, at, []byte(strconv.Quote(string(inner))))
		}
	case 3: // another case
		for i := at; i < to; i++ {
			if c := b[i] | 0x20; c >= 'a' && c <= 'z' {
				b[i] ^= 0x20
			}
		}
	case 4: // another message behind it
		b = append(b, m.seeds[r.IntN(len(m.seeds))]...)
	case 5: // a bit
		b[at] ^= 1 << r.IntN(8)
	case 6: // a byte
		b[at] = byte(r.Uint32())
	case 7: // a part is gone
		b = append(b[:at], b[to:]...)
	case 8: // the end is gone
		b = b[:at]
	case 9: // a part twice
		b = splice(b, at, at, bytes.Clone(b[at:to]))
	case 10: // a part many times
		b = splice(b, at, at, bytes.Repeat(b[at:min(to, at+64)], 1+r.IntN(200)))
	case 11: // a piece put in
		b = splice(b, at, at, []byte(pieces[r.IntN(len(pieces))]))
	case 12: // the half of another one in it
		other := m.seeds[r.IntN(len(m.seeds))]
		b = splice(b, at, at, other[:r.IntN(len(other))])
	case 13: // deep within lists
		n := r.IntN(300)
		b = splice(b, at, at, bytes.Repeat([]byte("["), n))
		b = append(b, bytes.Repeat([]byte("]"), n)...)
	}
	return b
}

// splice puts a part in the place of b[from:to].
func splice(b []byte, from, to int, part []byte) []byte {
	tail := bytes.Clone(b[to:])
	return append(append(b[:from], part...), tail...)
}

// valueAt returns the value behind the first colon from an offset on, or nothing.
func valueAt(b []byte, at int) []byte {
	colon := bytes.IndexByte(b[at:], ':')
	if colon < 0 {
		return nil
	}
	from := skipBlank(b, at+colon+1)
	to, _ := valueEnd(b, from)
	return b[from:to]
}

func replaceValue(b []byte, at int, part []byte) []byte {
	colon := bytes.IndexByte(b[at:], ':')
	if colon < 0 {
		return b
	}
	from := skipBlank(b, at+colon+1)
	to, _ := valueEnd(b, from)
	return splice(b, from, to, bytes.Clone(part))
}
