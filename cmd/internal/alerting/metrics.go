package alerting

import (
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the figures that delivery exposes, by target. The nil value counts
// nothing.
type Metrics struct {
	deliveries *prometheus.CounterVec
	delay      *prometheus.HistogramVec
	beats      *prometheus.GaugeVec
	pending    *prometheus.Desc
	oldest     *prometheus.Desc
	retired    *prometheus.Desc

	mu       sync.Mutex
	couriers []*Courier
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	target := []string{"target"}
	m := &Metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rollcall_alerts_deliveries_total",
			Help: "Alerts sent, attempts that failed, and alerts refused, by target and outcome."}, []string{"target", "outcome"}),
		delay: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rollcall_alerts_delivery_delay_seconds",
			Help: "Time from the storing of an alert to the target's acceptance.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 14)}, target),
		beats: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rollcall_alerts_last_heartbeat_timestamp_seconds",
			Help: "When the target was last told that all is judged."}, target),
		pending: prometheus.NewDesc("rollcall_alerts_pending", "Alerts that the target has not got yet.", target, nil),
		oldest:  prometheus.NewDesc("rollcall_alerts_oldest_unsent_seconds", "How long the alert has waited that the target has not got, and waited longest; 0: it has all.", target, nil),
		retired: prometheus.NewDesc("rollcall_alerts_target_retired", "1 where the target answered that it wants nothing more (410 Gone): it is sent nothing until a restart; else 0.", target, nil),
	}
	return m, errors.Join(r.Register(m.deliveries), r.Register(m.delay), r.Register(m.beats), r.Register(m))
}

// Describe implements prometheus.Collector, for what couriers know.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.pending
	to <- m.oldest
	to <- m.retired
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.couriers {
		n, age := c.waiting()
		to <- prometheus.MustNewConstMetric(m.pending, prometheus.GaugeValue, float64(n), c.target.Name())
		to <- prometheus.MustNewConstMetric(m.oldest, prometheus.GaugeValue, age.Seconds(), c.target.Name())
		retired := 0.0
		if c.isRetired() {
			retired = 1
		}
		to <- prometheus.MustNewConstMetric(m.retired, prometheus.GaugeValue, retired, c.target.Name())
	}
}

// watch has the figures of a courier exposed, from 0 on.
func (m *Metrics) watch(c *Courier) {
	if m == nil {
		return
	}
	for _, o := range []Outcome{Sent, Failed, Refused} {
		m.deliveries.WithLabelValues(c.target.Name(), string(o))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.couriers = append(m.couriers, c)
}

func (m *Metrics) delivered(d Delivery) {
	if m == nil {
		return
	}
	m.deliveries.WithLabelValues(d.Target, string(d.Outcome)).Inc()
	if d.Outcome == Sent {
		m.delay.WithLabelValues(d.Target).Observe(d.Late.Seconds())
	}
}

func (m *Metrics) beat(target string, at time.Time) {
	if m != nil {
		m.beats.WithLabelValues(target).Set(float64(at.UnixMilli()) / 1000)
	}
}
