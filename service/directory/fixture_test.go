package directory_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
	"lianxin/service/pinyin"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// district is 东湖区 with two streets: 和平街道 with 建设社区 and 幸福社区, and
// 新华街道 with 文苑社区. 张三 serves 建设社区, 曾红 和平街道, 吕梁 the whole district,
// 单雄 文苑社区; 李四's qualification has ended.
type district struct {
	*directory.Service
	db    *store.DB
	clock *storetest.Clock
	t     testing.TB
}

const (
	peace    = "/d/heping/"
	building = "jianshe"
)

var (
	system  = model.SystemActor("test")
	officer = staff(model.RoleOrganisationOfficer, peace)
	liaison = staff(model.RoleLiaisonOfficer, peace)
	distant = staff(model.RoleLiaisonOfficer, "/d/xinhua/")
	zhang   = sitting("zhang")
	nobody  = model.Actor{PersonID: "resident", Grants: []model.Grant{{Role: model.RoleResident}}}
)

func staff(role model.Role, path string) model.Actor {
	return model.Actor{PersonID: "staff", Name: "工作人员", Grants: []model.Grant{{Role: role, AreaPath: path}}}
}

func sitting(seat string) model.Actor {
	return model.Actor{PersonID: "person-" + seat, Grants: []model.Grant{
		{Role: model.RoleRepresentative, RepresentativeID: seat, AreaPath: peace},
	}}
}

func newDistrict(tb testing.TB) *district {
	tb.Helper()
	d := &district{db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 09:00"), t: tb}
	service, err := directory.New(directory.Options{DB: d.db, Now: d.clock.Now})
	if err != nil {
		tb.Fatal(err)
	}
	d.Service = service
	for _, a := range []model.Area{
		{ID: "d", Level: model.LevelDistrict, Name: "东湖区", Pinyin: "donghuqu", Initials: "dhq", Path: "/d/"},
		{ID: "heping", ParentID: "d", Level: model.LevelStreet, Name: "和平街道", Pinyin: "hepingjiedao", Initials: "hpjd", Path: peace, Sort: 1},
		{ID: "xinhua", ParentID: "d", Level: model.LevelStreet, Name: "新华街道", Pinyin: "xinhuajiedao", Initials: "xhjd", Path: "/d/xinhua/", Sort: 2},
		{ID: building, ParentID: "heping", Level: model.LevelCommunity, Name: "建设社区", Pinyin: "jiansheshequ", Initials: "jssq", Path: peace + "jianshe/"},
		{ID: "xingfu", ParentID: "heping", Level: model.LevelCommunity, Name: "幸福社区", Pinyin: "xingfushequ", Initials: "xfsq", Path: peace + "xingfu/"},
		{ID: "wenyuan", ParentID: "xinhua", Level: model.LevelCommunity, Name: "文苑社区", Pinyin: "wenyuanshequ", Initials: "wysq", Path: "/d/xinhua/wenyuan/"},
	} {
		add(d, a)
	}
	add(d, model.Topic{ID: "lift", Name: "加装电梯", Sort: 1})
	add(d, model.Topic{ID: "school", Name: "教育", Sort: 2})
	add(d, model.ElectingUnit{ID: "eu", AreaID: "heping", Name: "和平街道党员大会"})
	add(d, model.Term{ID: "term", Name: "第十二届"})
	add(d, model.Delegation{ID: "del", TermID: "term", Name: "第一代表团"})
	add(d, model.Studio{ID: "studio", AreaID: "heping", AreaPath: peace, Name: "和平代表工作室", Address: "建设路1号"})
	add(d, model.StudioHour{ID: "h1", StudioID: "studio", Weekday: 3, Opens: "09:00", Closes: "11:30"})
	d.address(building, "建设路", 1, 99, 1)
	d.address("xingfu", "建设路", 2, 100, 2)
	d.address("wenyuan", "建设路", 1, 50, 0)
	d.address("wenyuan", "文苑巷", 1, 20, 0)
	d.elect("zhang", "张三", building, "lift")
	d.elect("zeng", "曾红", "heping", "school")
	d.elect("lv", "吕梁", "d")
	d.elect("shan", "单雄", "wenyuan")
	d.elect("li", "李四", building)
	d.set("li", "state", model.RepresentativeEnded)
	return d
}

func add[T any](d *district, row T) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[T](tx).Create(ctx, &row)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func rows[T any](d *district, where string, args ...any) []T {
	d.t.Helper()
	found, err := store.From[T](d.db.Read()).Where(where, args...).Find(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

func (d *district) address(areaID, road string, from, to, parity int) {
	d.t.Helper()
	add(d, model.AreaAddress{ID: model.NewID(), AreaID: areaID, Road: road, FromNumber: from, ToNumber: to, Parity: parity})
}

// elect puts somebody on the roster, serving an area, with topics.
func (d *district) elect(id, name, areaID string, topics ...string) {
	d.t.Helper()
	area := rows[model.Area](d, "id = ?", areaID)[0]
	rep := model.Representative{
		ID: id, PersonID: "person-" + id, AreaID: areaID, AreaPath: area.Path, TermID: "term", DelegationID: "del", ElectingUnitID: "eu",
		StudioID: "studio", Name: name, Employer: "东湖区第一小学", BirthYear: 1970, State: model.RepresentativeServing,
		Composition: model.CompositionProfessional, MessageCap: 7, DailyDigest: true,
		CreatedAt: d.clock.Now(), UpdatedAt: d.clock.Now(),
	}
	pinyin.RefreshKeys(&rep)
	add(d, rep)
	add(d, model.RepresentativeArea{RepresentativeID: id, AreaID: areaID})
	for _, topic := range topics {
		add(d, model.RepresentativeTopic{RepresentativeID: id, TopicID: topic})
	}
}

func (d *district) set(id, column string, value any) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Representative](tx).Where("id = ?", id).Update(ctx, column, value)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// delivered is a message that reached 张三 and, if touched is
// positive, got its first sign of life and its answer after so long.
func (d *district) delivered(touched time.Duration) {
	d.t.Helper()
	at := d.clock.Now()
	m := model.Message{
		ID: model.NewID(), Number: model.NewID()[16:], RepresentativeID: "zhang", State: model.MessageDelivered,
		SubmittedAt: at, DeliveredAt: &at, UpdatedAt: at,
	}
	if touched > 0 {
		first := at.Add(touched)
		m.AcknowledgedAt, m.AnsweredAt = &first, &first
	}
	add(d, m)
}

// found gives the names on the cards that a search gives, page by page.
func (d *district) found(find directory.Find) string {
	d.t.Helper()
	var names string
	page := store.Page{Limit: 1}
	for {
		cards, next, err := d.Representatives(d.t.Context(), find, page)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, c := range cards {
			names += c.Representative.Name + " "
		}
		if next == "" {
			return names
		}
		page.After = next
	}
}

func wantFault(tb testing.TB, err error, kind fault.Kind) {
	tb.Helper()
	if !fault.Is(err, kind) {
		tb.Errorf("got %v, want a fault %q", err, kind)
	}
}

func wantNone(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("got %v, want no error", err)
	}
}
