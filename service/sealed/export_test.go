package sealed

// Columns names the columns that a rotation goes through.
func Columns() []string {
	var names []string
	for _, c := range columns() {
		names = append(names, c.name)
	}
	return names
}
