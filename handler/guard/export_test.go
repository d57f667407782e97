package guard

import "time"

// Hurry lets the beginning of a body take only so long.
func (g *Gate) Hurry(first time.Duration) { g.first = first }
