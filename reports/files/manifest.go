package files

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A Digest names a file by its content.
type Digest struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // 64 hex digits
}

// A Manifest is manifest.json: what a folder of reports was made of, and what
// is in it.
type Manifest struct {
	Version string   `json:"version"` // of the program
	AsOf    string   `json:"as_of"`
	Inputs  []Digest `json:"inputs"`
	Policy  *Digest  `json:"policy"`
	Tariff  []Digest `json:"tariff"`
	// Outputs are the other files of the folder.
	Outputs []Digest `json:"outputs"`
	// SHA256 is that of the manifest with an empty text in this place. It tells a
	// slip, not somebody who makes it anew: nothing here is signed.
	SHA256 string `json:"sha256"`
}

// Write writes the manifest with its digest.
func (m Manifest) Write(w io.Writer) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func (m Manifest) text() ([]byte, error) {
	m.SHA256 = ""
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	m.SHA256 = hex.EncodeToString(sum[:])
	return m.encode()
}

func (m Manifest) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	err := enc.Encode(m)
	return b.Bytes(), err
}

// ErrManifest says that a manifest is not as it was written.
var ErrManifest = errors.New("it was changed: it is not as it was written")

// ReadManifest reads what Write wrote. The error wraps ErrManifest where any
// byte of it is another.
func ReadManifest(data []byte) (m Manifest, err error) {
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w (%w)", ErrManifest, err)
	}
	text, err := m.text()
	if err != nil {
		return m, err
	}
	if !bytes.Equal(text, data) {
		return m, ErrManifest
	}
	return m, nil
}
