package service

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// hashKey reads the key under which dropped content leaves its hash, and makes
// one on first use. It lies in the data folder, readable by its owner only.
func hashKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, "hash.key")
	key, err := os.ReadFile(path)
	if err == nil && len(key) < 32 {
		return nil, fmt.Errorf("%s: the key is cut off (%d bytes of 32); restore it, or remove it to have a new one made", path, len(key))
	}
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	key = make([]byte, 32)
	rand.Read(key)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	_, err = f.Write(key)
	return key, errors.Join(err, f.Sync(), f.Close())
}
