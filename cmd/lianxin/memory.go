package main

import "runtime/debug"

// garbage is how much may lie about before it is collected, in percent of what
// is in use. Half of Go's own 100 costs no throughput that could be measured and
// a fifth less memory (docs/performance.md).
const garbage = 50

// tidy keeps the resident memory small, unless GOGC says otherwise, and gives
// back what starting took: the check of a password alone needs 19 MB.
func (w world) tidy() {
	if _, set := w.lookup("GOGC"); !set {
		debug.SetGCPercent(garbage)
	}
	debug.FreeOSMemory()
}
