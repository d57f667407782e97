package deadline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
)

// notice2026 has the form of the State Council's notice (国办发明电), with its days.
const notice2026 = `各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。`

func TestTheYearlyNoticeIsReadAsItStands(t *testing.T) {
	office := newOffice(t, "2026-01-05 10:00")
	known, err := deadline.Year(t.Context(), office.db, 2026)
	if err != nil {
		t.Fatal(err)
	}
	read, err := deadline.ReadYear(2026, notice2026)
	if err != nil {
		t.Fatal(err)
	}
	plain := func(days []model.CalendarDay) (lines []string) {
		for _, d := range days {
			lines = append(lines, fmt.Sprint(d.Day, d.Working, d.Name))
		}
		return lines
	}
	if diff := cmp.Diff(plain(known), plain(read)); diff != "" {
		t.Error(diff)
	}
}

func TestAHolidayOverTheTurnOfTheYearIsRead(t *testing.T) {
	read, err := deadline.ReadYear(2023, "一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。")
	if err != nil || len(read) != 3 || read[0].Day != "2022-12-31" || read[2].Day != "2023-01-02" {
		t.Errorf("read %v, %v", read, err)
	}
}

func TestATablePastedFromASpreadsheetIsRead(t *testing.T) {
	for _, pasted := range []string{
		"日期\t是否上班\t名称\n2027/1/1\t放假\t元旦\n2027/1/2\t上班\t元旦调休\n",
		"2027年1月1日 放假 元旦\r\n\r\n2027年1月2日 上班 元旦调休",
		"2027-01-01,false,元旦\n2027-01-02,true,元旦调休",
	} {
		read, err := deadline.ReadYear(2027, pasted)
		if err != nil || len(read) != 2 || read[0].Working || !read[1].Working || read[1].Name != "元旦调休" {
			t.Errorf("%q: %v, %v", pasted, read, err)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for _, c := range [][2]string{
		{"", "没有任何日期"},
		{"2026-01-01,false,元旦", "不在 2027 年里"},
		{"一、元旦：放假三天。", "没有看懂哪几天放假"},
		{"一、元旦：13月1日至3日放假。", "不是一个日期"},
		{"一、春节：2月1日至28日放假。", "起止日期不对"},
		{"一、春节：2月1日至8日放假。2月30日上班。", "补班的日期不对"},
		{"2027-01-01 放假", "三列"},
	} {
		pasted, want := c[0], c[1]
		_, err := deadline.ReadYear(2027, pasted)
		f := fault.Of(err)
		if f == nil || len(f.Fields) == 0 || !strings.Contains(f.Fields[0].Reason, want) {
			t.Errorf("%q: %v", pasted, err)
		}
	}
}

func FuzzReadYear(f *testing.F) {
	f.Add(notice2026)
	f.Add("2027/1/1\t放假\t元旦")
	f.Fuzz(func(t *testing.T, text string) {
		days, err := deadline.ReadYear(2026, text)
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("no fault: %v", err)
			}
			return
		}
		for i, d := range days {
			if _, err := time.Parse(time.DateOnly, d.Day); err != nil || i > 0 && days[i-1].Day >= d.Day {
				t.Errorf("day %q after %v", d.Day, days[:i])
			}
		}
	})
}

func TestADayIsSetAndClearedAndStandsInTheLog(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	chief := officer(model.RoleAdministrator, districtPath)
	day := model.CalendarDay{Day: "2026-11-25", Name: "区里放假"}
	before := office.start("first", model.DeadlineFirstTouch)
	if err := deadline.SetDay(t.Context(), office.db, chief, day, office.clock.Now()); err != nil {
		t.Fatal(err)
	}
	after := office.start("second", model.DeadlineFirstTouch)
	if !after.DueAt.Equal(before.DueAt.AddDate(0, 0, 1)) {
		t.Errorf("a day off moved %s to %s", before.DueAt, after.DueAt)
	}
	if err := deadline.ClearDay(t.Context(), office.db, chief, day.Day, office.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if third := office.start("third", model.DeadlineFirstTouch); !third.DueAt.Equal(before.DueAt) {
		t.Errorf("a day that was cleared still counts: %s", third.DueAt)
	}
	if err := deadline.ClearDay(t.Context(), office.db, chief, day.Day, office.clock.Now()); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("cleared twice: %v", err)
	}
	if err := deadline.SetDay(t.Context(), office.db, officer(model.RoleAdministrator, streetPath), day, office.clock.Now()); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a street set a day of all: %v", err)
	}
}

func TestAClockSaysWhereItComesFromAndWhatWouldHoldWithout(t *testing.T) {
	office := newOffice(t, "2026-11-23 10:00")
	office.set("d", model.DeadlineFirstTouch, 2, model.CountWorking)
	office.set("s", model.DeadlineFirstTouch, 1, model.CountCalendar)
	office.start("m", model.DeadlineFirstTouch)
	ruling := func(path string) deadline.Ruling {
		t.Helper()
		all, err := deadline.Rulings(t.Context(), office.db, path, office.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Kind == model.DeadlineFirstTouch {
				return r
			}
		}
		t.Fatal("no ruling")
		return deadline.Ruling{}
	}
	for path, want := range map[string]struct {
		days, above int
		from        string
		own         bool
		open        int64
		due         string
	}{
		districtPath:  {2, 3, "d/", true, 1, "2026-11-25"},
		streetPath:    {1, 2, "d/s/", true, 1, "2026-11-24"},
		communityPath: {1, 1, "d/s/", false, 1, "2026-11-24"},
		"x/":          {3, 3, "", false, 0, "2026-11-26"},
	} {
		r := ruling(path)
		if r.Days != want.days || r.Above.Days != want.above || r.From != want.from || r.Own != want.own || r.Open != want.open || model.Day(r.Due) != want.due {
			t.Errorf("%s: %+v", path, r)
		}
	}
	street := officer(model.RoleLiaisonOfficer, streetPath)
	if err := deadline.ClearPolicy(t.Context(), office.db, street, "s", model.DeadlineFirstTouch, office.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if r := ruling(streetPath); r.Days != 2 || r.Own {
		t.Errorf("the clock of the street still is %+v", r)
	}
	for _, area := range []string{"s", "d", "nowhere"} {
		if err := deadline.ClearPolicy(t.Context(), office.db, street, area, model.DeadlineFirstTouch, office.clock.Now()); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", area, err)
		}
	}
}
