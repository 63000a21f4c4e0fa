//go:build (linux || darwin) && !nochdb

package chdb

import (
	"fmt"
	"os"

	"github.com/ebitengine/purego"
)

// closeInput gives the process an empty standard input. The engine takes what it
// finds there for the data of an INSERT: a list piped into a shell loop around
// the program would become rows, or fail every statement.
func closeInput() error {
	empty, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer empty.Close()
	return redirect(int(empty.Fd()), 0)
}

// open loads a shared library and sets the functions that symbols points to.
func open(path string, symbols map[string]any) error {
	// Half of ClickHouse's functions look at the process's time zone, and data
	// must not depend on the machine's. C has its own copy of the environment,
	// which Go's Setenv does not reach, and the library reads it when loaded.
	if address, err := purego.Dlsym(purego.RTLD_DEFAULT, "setenv"); err == nil {
		var setenv func(name, value string, overwrite int32) int32
		purego.RegisterFunc(&setenv, address)
		setenv("TZ", "UTC", 1)
	}
	if err := closeInput(); err != nil {
		return fmt.Errorf("standard input can't be closed: %w", err)
	}
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	for name, function := range symbols {
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return fmt.Errorf("it has no function %s", name)
		}
		purego.RegisterFunc(function, address)
	}
	return nil
}
