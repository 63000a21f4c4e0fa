package alerting

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// An Endpoint is where a target is, and how one makes oneself known there.
type Endpoint struct {
	Name, URL string
	// Username and Password, or Token, are sent where there are any.
	Username, Password, Token string
	CAFile, CertFile, KeyFile string
	// Client sends; nil: one of its own, made by Connect.
	Client *http.Client
}

// timeout bounds one request.
const timeout = 10 * time.Second

// Connect makes the endpoint's client.
func (e *Endpoint) Connect() error {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if e.CAFile != "" {
		text, err := os.ReadFile(e.CAFile)
		if err != nil {
			return fmt.Errorf("alerts, %s: ca_file: %w", e.Name, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return fmt.Errorf("alerts, %s: ca_file: %s has no certificate (PEM)", e.Name, e.CAFile)
		}
	}
	if e.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(e.CertFile, e.KeyFile)
		if err != nil {
			return fmt.Errorf("alerts, %s: cert_file, key_file: %w", e.Name, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	e.Client = &http.Client{Transport: transport, Timeout: timeout,
		// A signed or authenticated request goes where the configuration says.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return nil
}

// longestAnswer bounds what is read of an answer, and longestReason what is kept.
const longestAnswer, longestReason = 64 << 10, 300

// post sends JSON. Its error is a Refusal where the answer says that trying
// again does not help, and Retired where nothing is to be sent there any more.
func (e *Endpoint) post(ctx context.Context, url, contentType string, body []byte, header http.Header) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("User-Agent", "rollcall")
	switch {
	case e.Token != "":
		request.Header.Set("Authorization", "Bearer "+e.Token)
	case e.Username != "":
		request.SetBasicAuth(e.Username, e.Password)
	}
	answer, err := e.Client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	if answer.StatusCode/100 == 2 {
		return nil
	}
	reason := fmt.Sprintf("%s: %.*q", answer.Status, longestReason, strings.TrimSpace(string(text)))
	switch answer.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return &Refusal{Reason: reason}
	case http.StatusGone:
		return &Retired{Reason: reason}
	}
	// A wrong password, an address that is not found: somebody will put it right, and
	// until then the alert waits.
	return fmt.Errorf("%s", reason)
}
