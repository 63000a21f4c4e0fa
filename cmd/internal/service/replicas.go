package service

import (
	"context"
	"time"

	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/touched"
	"rollcall/ingest"
)

// sharedLook is how often a courier looks for what other services wrote into the
// outbox.
const sharedLook = 250 * time.Millisecond

// startShare makes what several services share out the calls by: those that ingest
// tell the topic, those that assess are members of its group.
func (s *Service) startShare(ctx context.Context) error {
	topic := s.cfg.Kafka.TouchedTopic
	if topic == "" || !s.has(config.RoleIngest) && !s.has(config.RoleAssess) {
		return nil
	}
	if err := touched.CreateTopic(ctx, s.client, topic, s.cfg.Kafka.TouchedPartitions); err != nil {
		return err
	}
	var metrics *touched.Metrics
	if s.has(config.RoleAssess) {
		var err error
		if metrics, err = touched.NewMetrics(s.registry); err != nil {
			return err
		}
	}
	announcer := &touched.Announcer{Client: s.client, Topic: topic, Roots: &touched.Roots{Conn: s.conn}}
	s.share = touched.NewShare(touched.NewConfig(s.intake.Kafka, topic), announcer, s.log, metrics)
	return nil
}

// announce tells whoever holds them of the calls of a block that is stored.
func (s *Service) announce(ctx context.Context, st ingest.Stored) error {
	return s.share.Stored(ctx, st.AliasKeys, st.Names)
}

// delivers reports whether targets are told by this service: of several that share
// the calls one tells them, so that each hears of one thing after the other, and
// once, and of the heartbeat of all.
func (s *Service) delivers() bool {
	ring, _, _ := s.share.Held()
	return ring.Leads()
}
