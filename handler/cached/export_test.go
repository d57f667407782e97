package cached

import (
	"github.com/gin-gonic/gin"
	"github.com/maypok86/otter/v2"
)

// PublicByClock is Public by a clock that the test moves, and tidies up at once.
func PublicByClock(clock otter.Clock, public func(c *gin.Context) bool) gin.HandlerFunc {
	return of(otter.Options[string, answer]{Clock: clock, Executor: func(tidy func()) { tidy() }}, public)
}
