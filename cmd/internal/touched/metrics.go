package touched

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the figures of a share. The nil value counts nothing.
type Metrics struct {
	partitions prometheus.Gauge
	behind     *prometheus.GaugeVec
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		partitions: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rollcall_assess_partitions", Help: "Partitions of the topic of touched calls that this process holds."}),
		behind: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rollcall_assess_touched_lag_offsets",
			Help: "Messages about touched calls that this process has not read yet, by partition that it holds."}, []string{"partition"}),
	}
	return m, errors.Join(r.Register(m.partitions), r.Register(m.behind))
}

func (m *Metrics) held(n int) {
	if m != nil {
		m.partitions.Set(float64(n))
		m.behind.Reset()
	}
}

func (m *Metrics) lag(partition int, n int64) {
	if m != nil {
		m.behind.WithLabelValues(strconv.Itoa(partition)).Set(float64(n))
	}
}
