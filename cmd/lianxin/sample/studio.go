package sample

import "lianxin/model"

// openings are the hours of every studio, by weekday.
var openings = []struct {
	weekdays      []int
	opens, closes string
}{
	{[]int{1, 2, 3, 4, 5}, "09:00", "11:30"},
	{[]int{1, 2, 3, 4, 5}, "14:00", "17:00"},
	{[]int{6}, "09:00", "11:00"},
}

func (r *roster) addStudio(_ int, line row) {
	studio := model.Studio{
		ID: r.name(aStudio, line["street"]), AreaID: r.find(anArea, line["street"]), AreaPath: r.paths[line["street"]],
		Name: line["name"], Address: line["address"], OfficeLine: line["line"],
	}
	r.studios = append(r.studios, studio)
	for _, o := range openings {
		for _, weekday := range o.weekdays {
			r.hours = append(r.hours, model.StudioHour{ID: model.NewID(), StudioID: studio.ID, Weekday: weekday, Opens: o.opens, Closes: o.closes})
		}
	}
}

// addRota lets two representatives take turns at a studio, every day of the week.
func (r *roster) addRota(_ int, line row) {
	studio := r.find(aStudio, line["street"])
	turns := []string{r.find(aRepresentative, line["second"]), r.find(aRepresentative, line["first"])}
	for weekday := 1; weekday <= 7; weekday++ {
		r.duties = append(r.duties, model.StudioDuty{StudioID: studio, Weekday: weekday, RepresentativeID: turns[weekday%2]})
	}
}
