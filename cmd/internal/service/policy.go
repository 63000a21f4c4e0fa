package service

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"rollcall/cmd/internal/assess"
	"rollcall/rules/policy"
	"rollcall/rules/trial"
)

// readPolicy reads the policy file of the configuration, with its text; without
// one the default policy holds.
func (s *Service) readPolicy() (*policy.Policy, []byte, error) {
	if s.cfg.Policy == "" {
		return policy.Default(), nil, nil
	}
	text, err := os.ReadFile(s.cfg.Policy)
	if err != nil {
		return nil, nil, fmt.Errorf("policy: %w", err)
	}
	p, err := trial.Load(s.cfg.Policy, text)
	if err == nil {
		s.pictures.Forget()
		_, err = s.pictures.For(p)
	}
	return p, text, err
}

// storePolicy makes what was read a version, if it is none yet. Only a process
// that judges does.
func (s *Service) storePolicy(ctx context.Context, p *policy.Policy, text []byte) error {
	stored, err := assess.StorePolicy(ctx, s.conn, p, text)
	if err != nil || !stored {
		return err
	}
	from := "the beginning: calls that are evaluated again are judged by it too"
	if !p.EffectiveFrom.IsZero() {
		from = p.EffectiveFrom.Format("2006-01-02")
	}
	now, err := s.inForce(ctx)
	if err != nil {
		return err
	}
	s.log.Info("a version of the policy is stored", "file", s.cfg.Policy, "version", p.ID, "effective_from", from, "in_force_now", now)
	return nil
}

// inForce names the version that judges what begins now. It need not be that of
// the file: an effective_from may lie ahead, or before that of an applied version.
func (s *Service) inForce(ctx context.Context) (string, error) {
	versions, err := assess.Policies(ctx, s.conn)
	if p := policy.InForce(versions, s.clock()); err == nil && p != nil {
		return p.ID, nil
	}
	return "", err
}

// reloads reads the policy anew at each signal until ctx ends. One that can't
// be used changes nothing but that it is said: in the log, metrics and findings.
func (s *Service) reloads(ctx context.Context, live *assess.Live) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.hup:
		}
		if live == nil {
			s.log.Info("SIGHUP: this process judges nothing, so it needs no policy")
			continue
		}
		var now string
		p, text, err := s.readPolicy()
		if err == nil {
			err = s.storePolicy(ctx, p, text)
		}
		if err == nil {
			now, err = s.inForce(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			s.log.Error("the policy can't be read anew, the one before goes on judging; mend it and send SIGHUP again", "file", s.cfg.Policy, "error", err)
		} else {
			s.log.Info("the policy was read anew", "file", s.cfg.Policy, "version", p.ID, "in_force_now", now)
		}
		live.Reloaded(s.clock(), err)
	}
}

// hangups are the signals that ask for the policy to be read anew.
func hangups() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}
