package ingest

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

func gauge(m prometheus.Metric) float64 {
	var out dto.Metric
	if m.Write(&out) != nil {
		return -1
	}
	if out.Gauge != nil {
		return out.Gauge.GetValue()
	}
	return out.Counter.GetValue()
}

func (m *member) retries(what string) float64 { return gauge(m.metrics.Retries.WithLabelValues(what)) }
