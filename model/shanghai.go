package model

import "time"

// Shanghai is the one time zone of China. Moments are stored in UTC and shown
// here; days of clocks and calendars are days here. China has had no summer
// time since 1991, so a fixed zone is right and needs no zone files.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day names the day of a moment in Shanghai, as "2006-01-02".
func Day(at time.Time) string { return at.In(Shanghai).Format(time.DateOnly) }

// DayWords names the day of a moment for the screen, as "3月12日".
func DayWords(at time.Time) string { return at.In(Shanghai).Format("1月2日") }

// Minute is a moment there to the minute, as WeChat's templates and our files
// write it.
func Minute(at time.Time) string { return at.In(Shanghai).Format("2006-01-02 15:04") }

// InShanghai shows a moment there; none stays none.
func InShanghai(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	there := at.In(Shanghai)
	return &there
}
