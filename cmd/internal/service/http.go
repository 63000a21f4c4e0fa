package service

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// serveHTTP serves metrics and health until ctx ends.
func (s *Service) serveHTTP(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{Registry: s.registry}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive", nil) })
	mux.HandleFunc("GET /readyz", s.ready)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err := server.Shutdown(bounded)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close() // a client that has not sent its request by now is cut off
		}
		stopped <- err
	}()
	if err := server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// ready tells whether Kafka and ClickHouse answer.
func (s *Service) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	problems := map[string]string{}
	if err := s.conn.Ping(ctx); err != nil {
		problems["clickhouse"] = err.Error()
	}
	if err := s.client.Check(ctx, s.cfg.Kafka.Topics); err != nil {
		problems["kafka"] = err.Error()
	}
	if len(problems) > 0 {
		answer(w, http.StatusServiceUnavailable, "not ready", problems)
		return
	}
	answer(w, http.StatusOK, "ready", nil)
}

func answer(w http.ResponseWriter, code int, status string, problems map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(struct { // a client that has gone needs no answer
		Status   string            `json:"status"`
		Problems map[string]string `json:"problems,omitempty"`
	}{status, problems})
}
