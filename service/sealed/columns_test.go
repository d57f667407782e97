package sealed_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm/schema"

	"lianxin/service/sealed"
)

func TestARotationGoesThroughEverySealedFieldOfTheRecords(t *testing.T) {
	files, err := filepath.Glob("../../model/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no records: %v", err)
	}
	naming := schema.NamingStrategy{NameReplacer: strings.NewReplacer("WeChat", "Wechat")}
	var want []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			record, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, ok := record.Type.(*ast.StructType)
			if !ok {
				return false
			}
			for _, field := range fields.Fields.List {
				kind, ok := field.Type.(*ast.Ident)
				for _, name := range field.Names {
					if ok && kind.Name == "Sealed" {
						want = append(want, naming.TableName(record.Name.Name)+"."+naming.ColumnName("", name.Name))
					}
				}
			}
			return false
		})
	}
	got := sealed.Columns()
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("a rotation goes through %v, the records have %v", got, want)
	}
}
