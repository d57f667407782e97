package roster_test

import (
	"fmt"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/roster"
)

func TestNamesAreKeptAndBroughtToOneForm(t *testing.T) {
	d := newDistrict(t)
	for typed, kept := range map[string]string{
		"陈䶮": "陈䶮", "陈𬭎": "陈𬭎", "陈㙍": "陈㙍", "陈\U000323AF": "陈\U000323AF", "王　 芳": "王芳", "葛\U000E0100兰": "葛\U000E0100兰",
		"买买提•吐尔逊": "买买提·吐尔逊", "阿依古丽・买买提": "阿依古丽·买买提", "帕提古丽‧艾山": "帕提古丽·艾山", "古丽.艾山": "古丽·艾山", "古丽 · 买买提": "古丽·买买提",
		"Anna  Li": "Anna Li",
	} {
		d.imported(people(t, []any{"姓名", "选举单位"}, []any{typed, meeting}))
		if rep := d.seated(kept); rep.Pinyin == "" || rep.SearchKeys == "" {
			t.Errorf("%q is not found by typing: %+v", typed, rep)
		}
		if report := d.imported(people(t, []any{"姓名", "选举单位"}, []any{kept, meeting})); counts(report) != "0 0 1" {
			t.Errorf("%q and %q are taken for two: %s", typed, kept, counts(report))
		}
	}
	for name, says := range map[string]string{
		"陈\uE863": "䶮", "陈\uE001": "自造字", "陈?": "生僻字", "张三1": "数字", "张三（女）": "括号", "···": "请填写姓名", "张三=": "不应出现",
	} {
		wantSaid(t, d.refused(officer, people(t, []any{"姓名", "选举单位"}, []any{name, meeting})), "代表!A2：", says)
	}
}

func TestTwoOfOneNameAreToldApartByNumber(t *testing.T) {
	d := newDistrict(t)
	head := []any{"代表编号", "姓名", "选举单位", "职务"}
	one, two := []any{"1", "张伟", meeting, "教师"}, []any{"2", "张伟", meeting, "医生"}
	wantSaid(t, d.refused(officer, people(t, head, []any{"", "张伟", meeting, "教师"}, []any{"", "张伟", meeting, "医生"})), "代表!B3：与第 2 行重复", "不同的“代表编号”")
	d.imported(people(t, head, []any{"", "张伟", meeting, "教师"}))
	wantSaid(t, d.refused(officer, people(t, head, one, two)), "先只导入原有的那一位")
	if report := d.imported(people(t, head, one)); counts(report) != "0 1 0" {
		t.Errorf("giving a number: %s", counts(report))
	}
	if report := d.imported(people(t, head, one, two)); counts(report) != "1 0 1" {
		t.Errorf("adding the other: %s", counts(report))
	}
	wantSaid(t, d.refused(officer, people(t, head, []any{"", "张伟", meeting, "工人"})), "有 2 位“张伟”", "代表编号")
	if report := d.imported(people(t, head, []any{"2", "张玮", meeting, "医生"})); counts(report) != "0 1 0" || d.seated("张玮").Code != "2" {
		t.Errorf("a number finds who was renamed: %s", counts(report))
	}
	if report := d.imported(people(t, head, []any{"2", "张玮", "新华街道党员大会", "医生"})); counts(report) != "0 1 0" || d.seated("张玮").ElectingUnitID != "eu2" {
		t.Errorf("a number finds who was elected elsewhere: %s", counts(report))
	}
	wantSaid(t, d.refused(officer, people(t, head, []any{"2", "李四", meeting, ""})), "代表!A2：编号 2 已是“张玮”", "序号")
}

func TestSomebodyNewWithAKnownNameIsMentioned(t *testing.T) {
	d := newDistrict(t)
	d.imported(people(t, []any{"姓名", "选举单位"}, []any{"张三", meeting}))
	wantSaid(t, notes(d.imported(people(t, []any{"姓名", "选举单位"}, []any{"张三", "新华街道党员大会"}))), "代表!A2：同届已有同名的“张三”（和平街道党员大会）")
}

func TestAQualificationMovesAlongItsWorkflow(t *testing.T) {
	d := newDistrict(t)
	set := func(state string) []byte {
		return people(t, []any{"姓名", "选举单位", "资格状态"}, []any{"张三", meeting, state})
	}
	for _, step := range []struct {
		word string
		want model.RepresentativeState
	}{{"当选", model.RepresentativeElected}, {"履职中", model.RepresentativeServing}, {"暂停", model.RepresentativeSuspended}, {"履职", model.RepresentativeServing}} {
		d.imported(set(step.word))
		if got := d.seated("张三").State; got != step.want {
			t.Errorf("%s: got %q", step.word, got)
		}
	}
	for word, says := range map[string]string{"终止": "来信要移交", "届满": "来信要移交", "当选": "不能从“履职”变为“当选”", "退休": "请写 当选"} {
		wantSaid(t, d.refused(officer, set(word)), "代表!C2：", says)
	}
	if got := d.seated("张三").State; got != model.RepresentativeServing {
		t.Errorf("got %q", got)
	}
}

func TestOfTwoImportsAtOnceNobodyIsDoubled(t *testing.T) {
	d := newDistrict(t)
	content := people(t, []any{"姓名", "选举单位"}, []any{"张三", meeting}, []any{"李四", meeting})
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := d.Import(t.Context(), officer, content, roster.Agreed{})
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil && !fault.Is(err, fault.KindConflict) {
			t.Error(err)
		}
	}
	if n := len(rows[model.Representative](d, "1 = 1")); n != 2 {
		t.Errorf("%d representatives", n)
	}
}

func TestFiveThousandRepresentativesTakeSeconds(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	d := newDistrict(t)
	list := sheet{{"代表编号", "姓名", "性别", "出生年份", "选举单位", "联系区域", "职务", "工作单位", "擅长事项", "个人简介", "办公电话"}}
	for i := range 5000 {
		name := string([]rune("赵钱孙李周吴郑王冯陈")[i%10]) + string(rune(0x4E00+i/10%500)) + string(rune(0x5200+i/100))
		list = append(list, []any{fmt.Sprintf("%05d", i), name, "女", 1950 + i%50, meeting, "幸福社区；和平街道", "教师", "第一小学", "加装电梯", "当了十八年班主任，现在分管招生和课后服务。", "0571-86000101"})
	}
	content := file(t, map[string]sheet{"代表": list})
	for _, want := range []string{"5000 0 0", "0 0 5000"} {
		began := time.Now()
		report := d.imported(content)
		t.Logf("%d bytes, %s: %v", len(content), counts(report), time.Since(began).Round(time.Millisecond))
		if counts(report) != want {
			t.Errorf("got %s, want %s", counts(report), want)
		}
	}
}
