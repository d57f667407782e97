package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"lianxin/model"
	"lianxin/service/pinyin"
)

// How large the made-up district is.
const (
	streetCount    = 16
	communityCount = 150
	topicCount     = 12
	unitCount      = 40
)

// size is how many people and articles there are; the first of them are signed in.
type size struct {
	representatives, residents, articles       int
	signedInRepresentatives, signedInResidents int
}

var (
	fullSize  = size{representatives: 5_000, residents: 200_000, articles: 2_000, signedInRepresentatives: 400, signedInResidents: 4_000}
	quickSize = size{representatives: 400, residents: 1_000, articles: 50, signedInRepresentatives: 20, signedInResidents: 40}
)

// filledUntil is when the made-up history ends: a moment in the past, so that
// what is sent while measuring is the newest.
var filledUntil = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// span is how far back the history reaches.
const span = 730 * 24 * time.Hour

// world is the made-up district without its messages. The same seed makes the
// same world, so it need not be read back from a database.
type world struct {
	size
	dice            *rand.Rand
	areas           []model.Area
	communities     []model.Area
	term            model.Term
	delegations     []model.Delegation
	electing        []model.ElectingUnit
	topics          []model.Topic
	units           []model.Unit
	studios         []model.Studio
	representatives []model.Representative
	serves          []model.RepresentativeArea
	helps           []model.RepresentativeTopic
	residents       []model.Person
	articles        []model.Article
	about           []model.ArticleRepresentative
	officers        []model.Grant
}

const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
	given    = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国文红志海燕峰婷雪梅琳辉鹏飞慧宇浩然欣怡晨阳博涵思雨俊杰梓轩子墨一诺嘉佳铭瑞泽"
	words    = "小区门口路灯坏了晚上走路看不清希望尽快修好谢谢代表关心老人上下楼不方便能否加装电梯垃圾分类投放点太远菜市场占道经营学校放学时段车辆拥堵河道有异味绿化带无人养护公交站没有雨棚停车位不足充电桩常年故障"
)

func newWorld(s size) *world {
	w := &world{size: s, dice: rand.New(rand.NewPCG(20261120, 7))} //nolint:gosec // made-up data must come out the same every time
	w.makePlaces()
	w.makeOffices()
	w.makeRepresentatives()
	w.makeResidents()
	w.makeArticles()
	return w
}

// id makes an id as the program does, for a moment of the made-up history.
func (w *world) id(at time.Time) string { return idAt(at, w.dice) }

func idAt(at time.Time, dice *rand.Rand) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|dice.Uint64()&0x0fff|0x7000)
	binary.BigEndian.PutUint64(id[8:], dice.Uint64()>>2|1<<63)
	return id.String()
}

func pick[T any](dice *rand.Rand, from []T) T { return from[dice.IntN(len(from))] }

var (
	surnameRunes = []rune(surnames)
	givenRunes   = []rune(given)
	wordRunes    = []rune(words)
)

func personName(dice *rand.Rand) string {
	name := string(pick(dice, surnameRunes)) + string(pick(dice, givenRunes))
	if dice.IntN(3) > 0 {
		name += string(pick(dice, givenRunes))
	}
	return name
}

// prose makes text of about so many characters.
func prose(dice *rand.Rand, length int) string {
	from := dice.IntN(len(wordRunes))
	var b strings.Builder
	for i := range length {
		b.WriteRune(wordRunes[(from+i)%len(wordRunes)])
		if i%17 == 16 {
			b.WriteString("，")
		}
	}
	return b.String()
}

var founded = filledUntil.Add(-span - 24*time.Hour)

func (w *world) makePlaces() {
	add := func(parent model.Area, level model.AreaLevel, name string, sort int) model.Area {
		keys := pinyin.KeysFor(name)
		a := model.Area{ID: w.id(founded), ParentID: parent.ID, Level: level, Name: name, Pinyin: keys.Pinyin, Initials: keys.Initials, Sort: sort}
		a.Path = parent.Path + a.ID + "/"
		w.areas = append(w.areas, a)
		return a
	}
	district := add(model.Area{}, model.LevelDistrict, "临江区", 0)
	var streets []model.Area
	for i := range streetCount {
		streets = append(streets, add(district, model.LevelStreet, string(givenRunes[i*3:i*3+2])+"街道", i))
	}
	for i := range communityCount {
		name := string(givenRunes[(i*7)%40]) + string(givenRunes[(i*11+5)%40]) + "社区"
		w.communities = append(w.communities, add(streets[i%streetCount], model.LevelCommunity, name, i))
	}
}

func (w *world) makeOffices() {
	w.term = model.Term{ID: w.id(founded), Name: "第十二届", StartsOn: "2024-01-01", EndsOn: "2028-12-31"}
	for i := range 10 {
		w.delegations = append(w.delegations, model.Delegation{ID: w.id(founded), TermID: w.term.ID, Name: fmt.Sprintf("第%d代表团", i+1)})
	}
	for _, a := range w.areas {
		w.electing = append(w.electing, model.ElectingUnit{ID: w.id(founded), AreaID: a.ID, Name: a.Name + "选举单位"})
	}
	for i := range topicCount {
		w.topics = append(w.topics, model.Topic{ID: w.id(founded), Name: string(wordRunes[i*4 : i*4+4]), Sort: i})
	}
	for i := range unitCount {
		w.units = append(w.units, model.Unit{ID: w.id(founded), AreaID: w.areas[0].ID, AreaPath: w.areas[0].Path, Name: fmt.Sprintf("区第%d承办单位", i+1), Duty: prose(w.dice, 30), Active: true})
	}
	for _, street := range w.areas[1 : 1+streetCount] {
		w.studios = append(w.studios, model.Studio{ID: w.id(founded), AreaID: street.ID, AreaPath: street.Path, Name: street.Name + "代表工作室", Address: street.Name + "建设路1号", OfficeLine: "010-60000000"})
	}
	for _, a := range w.areas[:1+streetCount] {
		w.officers = append(w.officers, model.Grant{ID: w.id(founded), PersonID: w.id(founded), Role: model.RoleLiaisonOfficer, AreaID: a.ID, AreaPath: a.Path})
	}
}

func (w *world) makeRepresentatives() {
	kinds := []model.Composition{model.CompositionCadre, model.CompositionProfessional, model.CompositionModel, model.CompositionMilitary}
	for i := range w.size.representatives {
		area := pick(w.dice, w.communities)
		switch {
		case i%50 == 0:
			area = w.areas[0]
		case i%10 == 0:
			area = w.areas[1+i%streetCount]
		}
		studio := w.studios[i%streetCount]
		name := personName(w.dice)
		keys := pinyin.KeysFor(name)
		rep := model.Representative{
			ID: w.id(founded), PersonID: w.id(founded), AreaID: area.ID, AreaPath: area.Path, TermID: w.term.ID, DelegationID: w.delegations[i%len(w.delegations)].ID,
			ElectingUnitID: w.electing[i%len(w.electing)].ID, StudioID: studio.ID, Name: name, Pinyin: keys.Pinyin, Initials: keys.Initials, SearchKeys: keys.Search,
			Sex: "女", BirthYear: 1960 + i%40, Composition: kinds[i%4], Field: string(wordRunes[i%40 : i%40+4]), Post: "社区书记", Employer: area.Name + "居民委员会",
			Introduction: prose(w.dice, 200), OfficeLine: "010-60000001", State: model.RepresentativeServing, CreatedAt: founded, UpdatedAt: founded,
		}
		w.representatives = append(w.representatives, rep)
		w.serves = append(w.serves, model.RepresentativeArea{RepresentativeID: rep.ID, AreaID: area.ID})
		for j := range 1 + i%3 {
			w.helps = append(w.helps, model.RepresentativeTopic{RepresentativeID: rep.ID, TopicID: w.topics[(i+j*5)%topicCount].ID})
		}
	}
}

func (w *world) makeResidents() {
	for i := range w.size.residents {
		at := founded.Add(time.Duration(i) * time.Second / 4)
		w.residents = append(w.residents, model.Person{ID: w.id(at), Name: personName(w.dice), CreatedAt: at})
	}
}

func (w *world) makeArticles() {
	kinds := []model.ArticleKind{model.ArticleNews, model.ArticleCaseStory, model.ArticleGuide, model.ArticleNotice}
	for i := range w.size.articles {
		at := filledUntil.Add(-time.Duration(w.size.articles-i) * 6 * time.Hour)
		area := w.areas[i%len(w.areas)]
		a := model.Article{
			ID: w.id(at), AreaID: area.ID, AreaPath: area.Path, Kind: kinds[i%4], Title: prose(w.dice, 20), Digest: prose(w.dice, 60), Body: "<p>" + prose(w.dice, 1000) + "</p>",
			Byline: "临江发布", State: model.ArticleLive, PublishedAt: &at, CreatedAt: at, UpdatedAt: at,
		}
		w.articles = append(w.articles, a)
		w.about = append(w.about, model.ArticleRepresentative{ArticleID: a.ID, RepresentativeID: w.representatives[(i*13)%w.size.representatives].ID})
	}
}

// The tokens of who is signed in; they are worth nothing outside the run.
func residentToken(i int) string       { return fmt.Sprintf("bench-resident-%d", i) }
func representativeToken(i int) string { return fmt.Sprintf("bench-representative-%d", i) }
func officerToken(i int) string        { return fmt.Sprintf("bench-officer-%d", i) }
