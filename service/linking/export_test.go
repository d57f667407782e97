package linking

// Moved names the columns that go over.
func Moved() []string {
	var names []string
	for _, p := range places() {
		names = append(names, p.name())
	}
	return names
}
