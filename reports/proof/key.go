package proof

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Types of the PEM blocks.
const (
	privateBlock = "PRIVATE KEY" // PKCS #8
	publicBlock  = "PUBLIC KEY"  // SubjectPublicKeyInfo
)

// maxKeyBytes bounds a file that holds a key.
const maxKeyBytes = 64 << 10

// OpenKey reads the signing key in a file (Ed25519, PKCS #8, PEM), and makes one
// where there is no file. Of two that make it at once, both get the same.
func OpenKey(path string) (key ed25519.PrivateKey, made bool, err error) {
	key, err = ReadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	if made, err = makeKey(path); err != nil {
		return nil, false, fmt.Errorf("signing key: %w", err)
	}
	key, err = ReadKey(path)
	return key, made, err
}

// ReadKey reads the signing key in a file. The error wraps fs.ErrNotExist where
// there is none.
func ReadKey(path string) (ed25519.PrivateKey, error) {
	data, err := readBounded(path, maxKeyBytes)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	const expected = "expected an Ed25519 key as PKCS #8 in PEM, as openssl genpkey -algorithm ed25519 makes it"
	block, _ := pem.Decode(data)
	if block == nil || block.Type != privateBlock {
		return nil, fmt.Errorf("signing key %s: no %s in it; %s", path, privateBlock, expected)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: it can't be read; %s", path, expected)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing key %s: it is of another kind; %s", path, expected)
	}
	return key, nil
}

// makeKey writes a new key. made is false where somebody else was faster.
func makeKey(path string) (made bool, err error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return false, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return false, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name())
	err = pem.Encode(tmp, &pem.Block{Type: privateBlock, Bytes: der})
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return false, err
	}
	// Unlike a renaming, a link never replaces a key that is there.
	if err := os.Link(tmp.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		return false, err
	}
	return true, nil
}

// publicPEM is the public key as packs hold it.
func publicPEM(key ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: der}), nil
}

// parsePublic reads what publicPEM wrote.
func parsePublic(data []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != publicBlock {
		return nil, errors.New("no public key in PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errors.New("no public key in it can be read")
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("no Ed25519 key")
	}
	return key, nil
}

// fingerprintPrefix says of what kind a fingerprint is.
const fingerprintPrefix = "SHA256:"

// Fingerprint names a public key: SHA256: and the SHA-256 of its DER form
// (SubjectPublicKeyInfo) in hex, which openssl pkey -pubin -outform DER writes.
func Fingerprint(key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "" // never of a key of this type
	}
	sum := sha256.Sum256(der)
	return fingerprintPrefix + hex.EncodeToString(sum[:])
}

// ParsePin reads which key a pack must be signed with: a fingerprint, with or
// without SHA256:, or the name of a file that holds the public key.
func ParsePin(text string) (fingerprint string, err error) {
	digits := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), fingerprintPrefix))
	if raw, err := hex.DecodeString(digits); err == nil && len(raw) == sha256.Size {
		return fingerprintPrefix + digits, nil
	}
	data, err := readBounded(text, maxKeyBytes)
	if err != nil {
		return "", fmt.Errorf("%q is neither a fingerprint (%s and 64 hex digits) nor a file that can be read: %w", text, fingerprintPrefix, err)
	}
	key, err := parsePublic(data)
	if err != nil {
		return "", fmt.Errorf("%s: %w; expected the public_key.pem of a pack", text, err)
	}
	return Fingerprint(key), nil
}

// readBounded reads a plain file that has no reason to be large.
func readBounded(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", path)
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s has %d bytes; expected at most %d", path, info.Size(), most)
	}
	return os.ReadFile(path)
}
