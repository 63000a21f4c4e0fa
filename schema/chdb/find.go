package chdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// LibraryEnv names the environment variable that holds the path of libchdb.
const LibraryEnv = "ROLLCALL_LIBCHDB"

// ErrNoLibrary is what Find's error wraps when libchdb is nowhere to be found.
var ErrNoLibrary = errors.New("libchdb, ClickHouse as a library, was not found")

// Find returns the path of libchdb. It looks at $ROLLCALL_LIBCHDB, then for the
// pinned version in the project's cache, .cache/libchdb/<version>/libchdb.so in
// the working folder and the folders above it and above the executable's, then
// in the system's library folders. A variable that is set and names no file is
// an error: nothing else is tried, so that a typing error does not go unseen.
func Find() (path string, err error) {
	if path := os.Getenv(LibraryEnv); path != "" {
		if err := isFile(path); err != nil {
			return "", fmt.Errorf("%s: %w; correct it, or run 'make libchdb' and leave the variable out", LibraryEnv, err)
		}
		return path, nil
	}
	var places []string
	if dir, err := os.Getwd(); err == nil {
		places = append(places, cacheFiles(dir)...)
	}
	if executable, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(executable); err == nil {
			executable = real
		}
		dir := filepath.Dir(executable)
		places = append(places, filepath.Join(dir, libraryName))
		places = append(places, cacheFiles(dir)...)
	}
	for _, dir := range systemFolders() {
		places = append(places, filepath.Join(dir, libraryName))
	}
	for _, place := range places {
		if isFile(place) == nil {
			return place, nil
		}
	}
	return "", fmt.Errorf("%w: run 'make libchdb' to fetch it, or set %s to its path", ErrNoLibrary, LibraryEnv)
}

// libraryName is the same on every platform: the packages call it .so on macOS
// too.
const libraryName = "libchdb.so"

// cacheFiles lists where the project's cache would be for dir and the folders
// above it.
func cacheFiles(dir string) []string {
	var files []string
	for {
		files = append(files, filepath.Join(dir, ".cache", "libchdb", Version, libraryName))
		parent := filepath.Dir(dir)
		if parent == dir {
			return files
		}
		dir = parent
	}
}

// systemFolders lists the library folders of the system, those that the
// dynamic loader was told of first.
func systemFolders() []string {
	variable := "LD_LIBRARY_PATH"
	if runtime.GOOS == "darwin" {
		variable = "DYLD_LIBRARY_PATH"
	}
	dirs := filepath.SplitList(os.Getenv(variable))
	return append(dirs, "/usr/local/lib", "/usr/lib", "/usr/lib64", "/opt/homebrew/lib")
}

func isFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("not a file")}
	}
	return nil
}
