//go:build linux || darwin

package chdb

import (
	"os"
	"syscall"
)

// lock takes the file for this open of it, or fails at once.
func lock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
