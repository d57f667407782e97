package cached

import "github.com/maypok86/otter/v2"

// NewTidy is New with a memory that tidies up at once.
func NewTidy(o Options) *Memory {
	return of(o, otter.Options[string, *answer]{Executor: func(tidy func()) { tidy() }})
}
