package service

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/cmd/internal/assess"
)

// sightEvery is how often it is counted which obligations could be seen live, and
// sightOf of how long.
const (
	sightEvery = 15 * time.Minute
	sightOf    = time.Hour
)

// NewSights makes the figure of what could be seen live, and registers it.
func NewSights(r prometheus.Registerer) (*prometheus.GaugeVec, error) {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rollcall_obligations_seen",
		Help: "Obligations of the last hour, by whether evidence of session and capture came while the call went on: live, or no_session, no_capture, neither. Only what is live can be alerted on in time."},
		[]string{"tenant", "app", "seen"})
	return g, r.Register(g)
}

// watchSights counts what could be seen live until ctx ends.
func (s *Service) watchSights(ctx context.Context) error {
	sights, err := NewSights(s.registry)
	if err != nil {
		return err
	}
	tick := time.NewTicker(sightEvery)
	defer tick.Stop()
	for {
		now := s.clock()
		list, err := assess.SeenLive(ctx, s.conn, now.Add(-sightOf), now)
		switch {
		case err == nil:
			sights.Reset()
			for _, l := range list {
				for seen, n := range map[string]uint64{"live": l.Live, "no_session": l.NoSession, "no_capture": l.NoCapture, "neither": l.Neither} {
					sights.WithLabelValues(l.Tenant, l.App, seen).Set(float64(n))
				}
			}
		case ctx.Err() == nil:
			s.log.Warn("what could be seen live is not counted, it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
