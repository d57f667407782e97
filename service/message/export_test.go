package message

import "context"

// Asked is a question that a list asks the database.
type Asked struct {
	Statement string
	Args      []any
}

// QuestionsOf are the questions of a queue, one for each walk.
func (s *Service) QuestionsOf(ctx context.Context, w Wanted, areaPaths []string) ([]Asked, error) {
	walks, err := s.wanted(ctx, w, areaPaths)
	var all []Asked
	for _, each := range walks {
		statement, args := each.statement(cursor{none: true}, 31)
		all = append(all, Asked{statement, args})
	}
	return all, err
}
