package endpoint

import (
	"bytes"
	"net/url"

	"lianxin/service/sheet"
	"lianxin/service/store"
)

// sheetRows bounds the rows of a list that is answered as a file.
const sheetRows = 10_000

// Sheet is an answer that is a list as an Excel file.
type Sheet struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	More string `header:"X-More" doc:"还有没导出的行时为 true"`
	Body []byte
}

// SheetOf writes the whole of a list, which is given page by page, under a name.
func SheetOf[T any](name string, columns []sheet.Column[T], list func(store.Page) ([]T, string, error)) (*Sheet, error) {
	var file bytes.Buffer
	more := false
	written, err := sheet.Write(&file, name, columns, store.Walk(sheetRows, func(page store.Page) ([]T, string, error) {
		rows, next, err := list(page)
		more = next != ""
		return rows, next, err
	}))
	if err != nil {
		return nil, err
	}
	answer := &Sheet{
		Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		Name: "attachment; filename*=UTF-8''" + url.PathEscape(name) + ".xlsx", Body: file.Bytes(),
	}
	if more && written == sheetRows {
		answer.More = "true"
	}
	return answer, nil
}
