package sample

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"
)

// data holds the rosters and the texts of the district, one thing per file.
//
//go:embed data
var data embed.FS

// row is one line of a table, by the name of the column.
type row map[string]string

// list takes a cell of several values apart.
func (r row) list(column string) []string {
	return strings.FieldsFunc(r[column], func(c rune) bool { return c == ';' })
}

// table reads one of the embedded tables; the first line names the columns.
func table(name string) ([]row, error) {
	file, err := data.Open("data/" + name)
	if err != nil {
		return nil, fmt.Errorf("sample: open table: %w", err)
	}
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("sample: read %s: %w", name, err)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("sample: %s is empty", name)
	}
	rows := make([]row, 0, len(lines)-1)
	for _, cells := range lines[1:] {
		r := make(row, len(cells))
		for i, cell := range cells {
			r[lines[0][i]] = cell
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// page reads the body of an article.
func page(name string) (string, error) {
	body, err := fs.ReadFile(data, "data/articles/"+name)
	if err != nil {
		return "", fmt.Errorf("sample: read article: %w", err)
	}
	return string(body), nil
}
