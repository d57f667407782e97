package sample

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"lianxin/model"
)

// clock walks from the first day of the story to now. A millisecond passes with
// each look, so that what happens later also stands later.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

// set moves the clock forward; it never goes back.
func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// dayAt is a time of day in Shanghai, so many days from the day of a moment.
func dayAt(from time.Time, days int, clock time.Duration) time.Time {
	y, m, d := from.In(model.Shanghai).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, model.Shanghai).Add(clock).UTC()
}

// when reads a moment of the story: "-12 09:30" is half past nine twelve days
// before now, "-40m" forty minutes before now.
func when(now time.Time, text string) (time.Time, error) {
	day, clock, hasDay := strings.Cut(text, " ")
	if !hasDay {
		ago, err := time.ParseDuration(text)
		if err != nil {
			return time.Time{}, fmt.Errorf("sample: read moment: %w", err)
		}
		return now.Add(ago), nil
	}
	days, err := strconv.Atoi(day)
	if err != nil {
		return time.Time{}, fmt.Errorf("sample: read day: %w", err)
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("sample: read time of day: %w", err)
	}
	return dayAt(now, days, time.Duration(at.Hour())*time.Hour+time.Duration(at.Minute())*time.Minute), nil
}
