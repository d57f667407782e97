package roster_test

import (
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"lianxin/model"
)

// head is the head of most tables below.
func head() []any {
	return []any{"姓名", "选举单位", "出生年份", "联系区域", "职务", "办公电话"}
}

const meeting = "和平街道党员大会"

func TestWhatExcelDoesIsUnderstood(t *testing.T) {
	for what, try := range map[string]struct {
		rows  sheet
		shape func(f *excelize.File) error
		want  func(d *district, one model.Representative) bool
		says  string
	}{
		"full-width digits and letters": {
			rows: sheet{head(), {"张三", meeting, "１９８４", "", "Ａ岗主任", "０５７１－８６０００１０１"}},
			want: func(_ *district, one model.Representative) bool {
				return one.BirthYear == 1984 && one.Post == "A岗主任" && one.OfficeLine == "0571－86000101"
			},
		},
		"spaces of every kind inside a name": {
			rows: sheet{head(), {" 张\u3000\u00a0 三\u200b", "和平街道 党员大会 ", 1984, "", "教 师", ""}},
			want: func(_ *district, one model.Representative) bool { return one.Name == "张三" && one.Post == "教师" },
		},
		"a day of birth as Excel keeps days": {
			rows: sheet{head(), {"张三", meeting, time.Date(1984, 5, 3, 0, 0, 0, 0, time.UTC), "", "", ""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"a day of birth as a bare number": {
			rows: sheet{head(), {"张三", meeting, 30805, "", "", ""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"a month of birth as a number": {
			rows: sheet{head(), {"张三", meeting, 1984.05, "", "", ""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"a month of birth run together": {
			rows: sheet{head(), {"张三", meeting, "198405", "", "", ""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"a day of birth in words": {
			rows: sheet{head(), {"张三", meeting, "1984年5月3日", "", "", ""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"numbers kept as text and texts kept as numbers": {
			rows: sheet{{"代表编号", "姓名", "选举单位", "出生年份"}, {1301, "张三", meeting, "1984"}},
			want: func(_ *district, one model.Representative) bool { return one.Code == "1301" && one.BirthYear == 1984 },
		},
		"a number shown with leading zeros": {
			rows: sheet{{"编号", "姓名", "选举单位"}, {7, "张三", meeting}},
			shape: func(f *excelize.File) error {
				zeros := "000"
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
				if err != nil {
					return err
				}
				return f.SetCellStyle("代表", "A2", "A2", style)
			},
			want: func(_ *district, one model.Representative) bool { return one.Code == "007" },
		},
		"a long number that Excel writes with an exponent": {
			rows: sheet{head(), {"张三", meeting, 1984, "", "", 57186000101}},
			want: func(_ *district, one model.Representative) bool { return one.OfficeLine == "57186000101" },
		},
		"line breaks in cells": {
			rows: sheet{{"姓名", "选举\n单位", "联系区域\n（可多个）", "职务"}, {"张三", "和平街道\n党员大会", "幸福社区\n和平街道", "主任\n书记"}},
			want: func(d *district, one model.Representative) bool {
				return one.Post == "主任、书记" && d.serves("张三") == "heping xingfu"
			},
		},
		"lists with whatever parts them": {
			rows: sheet{{"姓名", "选举单位", "联系区域", "擅长事项"}, {"张三", meeting, "幸福社区，和平街道/建设社区、和平街道", "教育、入学；加装电梯"}},
			want: func(d *district, one model.Representative) bool {
				return d.serves("张三") == "heping jianshe xingfu" && len(rows[model.RepresentativeTopic](d, "representative_id = ?", one.ID)) == 2
			},
		},
		"a title above the head, and the head below": {
			rows: sheet{{"东湖区第十三次党代会代表名册"}, {"制表：组织部"}, {}, head(), {"张三", meeting, 1984, "", "", ""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"a head of two rows": {
			rows: sheet{{"序号", "基本情况", "", "选举单位"}, {"", "姓名", "出生年月", ""}, {1, "张三", "1984.05", meeting}},
			shape: func(f *excelize.File) error {
				for from, to := range map[string]string{"A1": "A2", "B1": "C1", "D1": "D2"} {
					if err := f.MergeCell("代表", from, to); err != nil {
						return err
					}
				}
				return nil
			},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"other words for the columns": {
			rows: sheet{{"序号", "代表姓名*", "选举单位（全称）", "出生年月：", "现任职务"}, {1, "张三", meeting, "1984-05", "教师"}},
			want: func(_ *district, one model.Representative) bool { return one.Post == "教师" && one.BirthYear == 1984 },
		},
		"merged cells": {
			rows: sheet{head(), {"李四", meeting, 1970, "幸福社区", "", ""}, {"张三", "", 1984, "", "", ""}},
			shape: func(f *excelize.File) error {
				if err := f.MergeCell("代表", "D2", "D3"); err != nil {
					return err
				}
				return f.MergeCell("代表", "B2", "B3")
			},
			want: func(d *district, one model.Representative) bool {
				return one.ElectingUnitID == "eu1" && d.serves("张三") == "xingfu"
			},
		},
		"a heading between the rows": {
			rows:  sheet{head(), {"一、和平街道代表团（1名）"}, {"张三", meeting, 1984, "", "", ""}},
			shape: func(f *excelize.File) error { return f.MergeCell("代表", "A2", "F2") },
			want:  func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
			says:  "第 2 行是合并成一格的小标题",
		},
		"the head repeated for the next page, and a sum below": {
			rows: sheet{head(), {"张三", meeting, 1984, "", "", ""}, head(), {"合计", "1 人"}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"hidden rows and columns": {
			rows: sheet{head(), {"张三", meeting, 1984, "", "", ""}},
			shape: func(f *excelize.File) error {
				if err := f.SetRowVisible("代表", 2, false); err != nil {
					return err
				}
				return f.SetColVisible("代表", "C", false)
			},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
			says: "第 2 行是隐藏行，也已读取。不需要时请删除这些行。\n代表!C1：“出生年份”是隐藏列，也已读取。",
		},
		"a hidden sheet": {
			rows: sheet{head(), {"张三", meeting, 1984, "", "", ""}},
			shape: func(f *excelize.File) error {
				if _, err := f.NewSheet("党组织"); err != nil {
					return err
				}
				if err := f.SetSheetRow("党组织", "A1", &[]any{"不是", "表头"}); err != nil {
					return err
				}
				return f.SetSheetVisible("党组织", false)
			},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
			says: "党组织：隐藏的工作表没有读取",
		},
		"a formula with its value": {
			rows: sheet{head(), {"张三", meeting, 1984, "", "", ""}},
			shape: func(f *excelize.File) error {
				return f.SetCellFormula("代表", "C2", "1983+1") // keeps the value 1984
			},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"empty rows below and between": {
			rows: sheet{head(), {}, {" ", "\u3000"}, {"张三", meeting, 1984, "", "", ""}, {}, {""}},
			want: func(_ *district, one model.Representative) bool { return one.BirthYear == 1984 },
		},
		"columns with what must not be kept": {
			rows: sheet{{"姓名", "选举单位", "手机号码", "身份证号", "民族", "血型"}, {"张三", meeting, "13800138000", "330102198405030011", "汉", "A"}},
			want: func(_ *district, one model.Representative) bool { return one.OfficeLine == "" },
			says: "代表!C1：“手机号码”一列没有读取",
		},
		"a sheet of another name": {
			rows: nil,
			shape: func(f *excelize.File) error {
				if err := f.SetSheetName("代表", "Sheet1 (2)"); err != nil {
					return err
				}
				return f.SetSheetRow("Sheet1 (2)", "B3", &[]any{"姓名", "选举单位"})
			},
			says: "按列名认作“代表”工作表",
		},
	} {
		t.Run(what, func(t *testing.T) {
			d := newDistrict(t)
			content := shaped(t, map[string]sheet{"代表": try.rows}, try.shape)
			if try.rows == nil {
				report, err := d.Preview(t.Context(), officer, content)
				if err != nil {
					t.Fatal(err)
				}
				wantSaid(t, notes(report), try.says)
				return
			}
			report := d.imported(content)
			if one := d.seated("张三"); !try.want(d, one) {
				t.Errorf("got %+v, serves %s", one, d.serves("张三"))
			}
			wantSaid(t, notes(report), try.says)
			for _, private := range []string{"13800138000", "330102198405030011"} {
				if one := d.seated("张三"); one.OfficeLine == private || one.Introduction == private {
					t.Errorf("%s was kept", private)
				}
			}
		})
	}
}

func TestAFormulaWithoutItsValueIsPointedAt(t *testing.T) {
	d := newDistrict(t)
	content := shaped(t, map[string]sheet{"代表": {head(), {"张三", meeting, nil, "", "", ""}}}, func(f *excelize.File) error {
		return f.SetCellFormula("代表", "C2", "1983+1")
	})
	wantSaid(t, d.refused(officer, content), "代表!C2：", "没有保存计算结果")
}

func TestColumnsThatCannotBeToldApartAreRefused(t *testing.T) {
	d := newDistrict(t)
	wantSaid(t, d.refused(officer, people(t, []any{"姓名", "选举单位", "代表姓名"}, []any{"张三", meeting, "李四"})), "代表!C1：", "出现了两次（另一处在 A1）")
	wantSaid(t, d.refused(officer, people(t, []any{"姓名", "职务"}, []any{"张三", "教师"})), "代表!A1：缺少“选举单位”一列")
	wantSaid(t, d.refused(officer, people(t, []any{"甲", "乙"}, []any{"张三", "教师"})), "没有找到列名")
	wantSaid(t, d.refused(officer, file(t, map[string]sheet{"随便": {{"甲", "乙"}, {1, 2}}})), "没有找到名册")
}
