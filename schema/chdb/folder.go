package chdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Names within a data folder.
const (
	engineFolder = "clickhouse"     // all that is ClickHouse's own
	spoolFolder  = "tmp"            // bodies of inserts; emptied at start
	lockFile     = "rollcall.lock"  // held while the folder is open; holds the process id
	addressFile  = "rollcall.addr"  // how to reach the process that has it open
	configFile   = "clickhouse.xml" // empty, see prepare
)

// ErrInUse is what Open's error wraps when another server has the data folder
// open.
var ErrInUse = errors.New("the data folder is in use")

// ErrNotRunning is what Dial's error wraps when no process has the data folder
// open.
var ErrNotRunning = errors.New("no process serves the data folder")

// folder is a data folder that this process holds.
type folder struct {
	path      string
	temporary bool
	lock      *os.File
}

// claim makes the folder if needed, locks it and clears what an earlier process
// has left behind. An empty path is a temporary folder.
func claim(path string) (*folder, error) {
	f := &folder{path: path}
	if path == "" {
		dir, err := os.MkdirTemp("", "rollcall-*")
		if err != nil {
			return nil, err
		}
		f.path, f.temporary = dir, true
	}
	var err error
	if f.path, err = filepath.Abs(f.path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return nil, err
	}
	if f.lock, err = acquire(filepath.Join(f.path, lockFile)); err != nil {
		return nil, err
	}
	if err := f.prepare(); err != nil {
		return nil, errors.Join(err, f.release())
	}
	return f, nil
}

// acquire locks a file and writes the process id into it. The lock goes with
// the process, however that ends; the file stays.
func acquire(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(file); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(file, 32))
		file.Close()
		pid := strings.TrimSpace(string(holder))
		if pid == strconv.Itoa(os.Getpid()) {
			return nil, fmt.Errorf("%w by this process already: %s", ErrInUse, filepath.Dir(name))
		}
		return nil, fmt.Errorf("%w by the process %s: %s; stop that process, or give this one another folder", ErrInUse, pid, filepath.Dir(name))
	}
	if err := file.Truncate(0); err != nil {
		file.Close()
		return nil, err
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (f *folder) prepare() error {
	if err := os.RemoveAll(f.spool()); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(f.path, addressFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, dir := range []string{f.spool(), f.engine()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) engine() string { return filepath.Join(f.path, engineFolder) }
func (f *folder) spool() string  { return filepath.Join(f.path, spoolFolder) }
func (f *folder) config() string { return filepath.Join(f.path, configFile) }

// fresh tells whether ClickHouse has not been here yet.
func (f *folder) fresh() bool {
	_, err := os.Stat(filepath.Join(f.engine(), "metadata"))
	return errors.Is(err, fs.ErrNotExist)
}

// release gives the folder up; a temporary one is removed.
func (f *folder) release() error {
	err := os.Remove(filepath.Join(f.path, addressFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if f.temporary {
		err = errors.Join(err, os.RemoveAll(f.path))
	}
	return errors.Join(err, f.lock.Close())
}

// address is the content of the address file.
type address struct {
	Address  string `json:"address"` // host:port
	Token    string `json:"token"`
	Database string `json:"database"`
	PID      int    `json:"pid"`
}

// dsn is for clickhouse.ParseDSN. A statement may take an hour before its
// first byte; clickhouse-go's own limit is five minutes.
func (a address) dsn() string {
	u := url.URL{
		Scheme:   "http",
		User:     url.UserPassword(userName, a.Token),
		Host:     a.Address,
		Path:     "/" + a.Database,
		RawQuery: url.Values{"read_timeout": {"1h"}, "max_open_conns": {"16"}}.Encode(),
	}
	return u.String()
}

// userName is the one user there is.
const userName = "rollcall"

// publish writes the address file, readable by this user only, as a whole.
func (f *folder) publish(a address) error {
	content, err := json.Marshal(a)
	if err != nil {
		return err
	}
	temporary := filepath.Join(f.spool(), addressFile)
	if err := os.WriteFile(temporary, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(f.path, addressFile))
}

// Dial returns the DSN of the server that has the data folder path open in
// another process. It asks that server for a sign of life, and waits for it for
// five seconds at most. Where there is none the error wraps ErrNotRunning.
func Dial(path string) (dsn string, err error) {
	content, err := os.ReadFile(filepath.Join(path, addressFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w %s", ErrNotRunning, path)
	}
	if err != nil {
		return "", err
	}
	var a address
	if err := json.Unmarshal(content, &a); err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(path, addressFile), err)
	}
	if err := a.ping(); err != nil {
		return "", fmt.Errorf("%w %s: process %d has left its address there, but does not answer: %w", ErrNotRunning, path, a.PID, err)
	}
	return a.dsn(), nil
}

func (a address) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.Address+pingPath, nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth(userName, a.Token)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy for loopback
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}
