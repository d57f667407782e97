//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFiles is how many files the system lets the program open; 0 when it does
// not say.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Cur, math.MaxInt32))
}
