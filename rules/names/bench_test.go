package names_test

import (
	"fmt"
	"runtime"
	"testing"

	"rollcall/rules/names"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/schema"
)

var firstNames = []string{"Ann", "Bo", "Carla", "Dmitri", "Émilie", "Farid", "Grace", "Håkon", "Irina", "José", "Kirsten", "Liam", "Maria", "Nadia", "Oskar", "Priya", "Qing", "Rosa", "Søren", "Tariq",
	"Анна", "Сергей", "Γιώργος", "محمد", "דוד", "रवि", "สมชาย", "민준", "Олена", "Jürgen"}

// person is the i-th of very many made-up names.
func person(i int) string {
	syllables := [...]string{"ba", "ker", "lin", "mor", "ta", "ven", "so", "ri", "dal", "pen", "gu", "wa", "jo", "hel", "fin", "cro"}
	last := ""
	for n := i; len(last) < 4 || n > 0; n /= len(syllables) {
		last += syllables[n%len(syllables)]
	}
	return firstNames[i%len(firstNames)] + " " + string(last[0]-32) + last[1:]
}

func crowd(n int) *lookalike.Index {
	return lookalike.New(func(yield func(lookalike.Entry) bool) {
		for i := range n {
			if !yield(lookalike.Entry{Name: person(i), RawID: fmt.Sprintf("8:orgid:%08x-0000-4000-8000-000000000001", i)}) {
				return
			}
		}
	})
}

// BenchmarkJudge judges names by all rules against a directory of 500,000 users.
// The bar is 10,000 names a second and core: 100 µs each.
func BenchmarkJudge(b *testing.B) {
	before := heap()
	in := names.Input{Policy: policy.DefaultNames(), Known: crowd(500_000)}
	b.ReportMetric(float64(heap()-before)/(1<<20), "index-MB")
	for _, c := range []struct {
		name string
		of   func(i int) string
	}{
		{"honest", func(i int) string { return person(i + 700_000) }},
		{"same", person},
		{"disguised", func(i int) string { return "\u0430 " + person(i) + " (IT)" }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				names.Judge(schema.ShownName{RawID: external, Source: schema.SourceEventGrid, Name: c.of(i % 400_000)}, in)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "names/s")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
