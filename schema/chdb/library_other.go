//go:build !linux && !darwin

package chdb

import (
	"fmt"
	"os"
	"runtime"
)

func open(string, map[string]any) error {
	return fmt.Errorf("there is no libchdb for %s; give the address of a ClickHouse server instead", runtime.GOOS)
}

func lock(*os.File) error { return nil }
