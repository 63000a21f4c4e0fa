package assess

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the figures that assessing exposes. The nil value counts nothing.
type Metrics struct {
	Calls    prometheus.Counter
	Failures prometheus.Counter
	Duration prometheus.Histogram
	Frontier prometheus.Gauge
	Reloads  *prometheus.CounterVec
	Kept     prometheus.Gauge
	Large    prometheus.Gauge
	Amends   prometheus.Histogram
	Passed   prometheus.Counter
	Rivals   prometheus.Counter
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		Calls:    prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcall_assess_calls_total", Help: "Evaluations of calls."}),
		Failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcall_assess_failures_total", Help: "Rounds of evaluation that failed and were repeated."}),
		Duration: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rollcall_assess_round_seconds", Help: "Time of a round of evaluation.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 14)}),
		Frontier: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rollcall_assess_evidence_timestamp_seconds",
			Help: "Instant up to which the evidence is complete and judged."}),
		Reloads: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rollcall_policy_reloads_total", Help: "Readings of the policy file, by result: ok or failed."}, []string{"result"}),
		Kept: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rollcall_policy_reload_failed",
			Help: "1 while the policy file can't be used and the one before goes on judging, else 0."}),
	}
	m.Large = prometheus.NewGauge(prometheus.GaugeOpts{Name: "rollcall_assess_calls_kept", Help: "Large calls that are kept in memory between evaluations."})
	m.Amends = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rollcall_assess_amendment_seconds", Help: "Time to bring a kept call up to date.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)})
	m.Passed = prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcall_assess_passed_on_total", Help: "Touched calls that were passed on to the process that holds them."})
	m.Rivals = prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcall_assess_rivals_total", Help: "Evaluations of calls that another process evaluated meanwhile, and that were repeated."})
	return m, errors.Join(r.Register(m.Passed), r.Register(m.Rivals), r.Register(m.Large), r.Register(m.Amends), r.Register(m.Calls), r.Register(m.Failures), r.Register(m.Duration), r.Register(m.Frontier), r.Register(m.Reloads), r.Register(m.Kept))
}

func (m *Metrics) evaluated(n int, took time.Duration) {
	if m != nil {
		m.Calls.Add(float64(n))
		m.Duration.Observe(took.Seconds())
	}
}

func (m *Metrics) amended(took time.Duration) {
	if m != nil {
		m.Amends.Observe(took.Seconds())
	}
}

func (m *Metrics) keeps(n int) {
	if m != nil {
		m.Large.Set(float64(n))
	}
}

func (m *Metrics) failed() {
	if m != nil {
		m.Failures.Inc()
	}
}

func (m *Metrics) frontier(now time.Time) {
	if m != nil && !now.IsZero() {
		m.Frontier.Set(float64(now.UnixMilli()) / 1000)
	}
}

func (m *Metrics) reloaded(ok bool) {
	if m == nil {
		return
	}
	result, failed := "ok", 0.0
	if !ok {
		result, failed = "failed", 1
	}
	m.Reloads.WithLabelValues(result).Inc()
	m.Kept.Set(failed)
}

func (m *Metrics) passed(n int) {
	if m != nil {
		m.Passed.Add(float64(n))
	}
}

func (m *Metrics) rivalled() {
	if m != nil {
		m.Rivals.Inc()
	}
}
