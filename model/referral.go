package model

import "time"

// The limits of what is said of a place matters go to.
const (
	ReferralNameMax    = 40
	ReferralPurposeMax = 100
	ReferralPhoneMax   = 20
	ReferralAddressMax = 100
	ReferralHoursMax   = 60
	ReferralSortMax    = 99
)

// Elsewhere is where a matter goes that a representative cannot deal with.
type Elsewhere string

// The places a resident is sent to, with the words for the screen in
// ElsewhereWords.
const (
	ElsewhereHotline    Elsewhere = "hotline_12345"
	ElsewherePetition   Elsewhere = "petition_office"
	ElsewhereCourt      Elsewhere = "court"
	ElsewhereLegalAid   Elsewhere = "legal_aid"
	ElsewhereDiscipline Elsewhere = "discipline"
	ElsewherePolice     Elsewhere = "police_110"
	ElsewhereOther      Elsewhere = "other"
)

// ElsewhereWords tells a resident where to go.
func ElsewhereWords(e Elsewhere) string {
	switch e {
	case ElsewhereHotline:
		return "12345 政务服务便民热线"
	case ElsewherePetition:
		return "信访部门"
	case ElsewhereCourt:
		return "人民法院"
	case ElsewhereLegalAid:
		return "法律援助机构"
	case ElsewhereDiscipline:
		return "纪检监察机关"
	case ElsewherePolice:
		return "公安机关（紧急情况请拨打 110）"
	case ElsewhereOther:
		return "其他部门"
	}
	return ""
}

// Referral (去处) is what an area says of the place of one kind to which matters
// go that no representative can settle. It holds in the areas below as well, up to
// one that says something itself. Shown puts it on the list at the front door; who
// was sent there sees it in any case. A row with Own false was taken back: it says
// nothing any more and only keeps count of Revision, by which two who write it
// notice each other.
type Referral struct {
	AreaID    string    `gorm:"primaryKey"`
	Kind      Elsewhere `gorm:"primaryKey"`
	Own       bool
	Name      string
	Purpose   string
	Phone     string
	Address   string
	Hours     string
	Sort      int
	Shown     bool
	Revision  int
	UpdatedAt time.Time
}

// NationalReferrals are the places as the whole country has them, in their order,
// one of each kind: they hold where no area says anything. It is the only place
// where they are written; the phone's own copy is made of it.
func NationalReferrals() []Referral {
	places := []Referral{
		{Kind: ElsewhereHotline, Purpose: "水电气暖、市容、办证、政策咨询", Phone: "12345", Hours: "24 小时"},
		{Kind: ElsewherePetition, Purpose: "对机关的处理有意见、要申诉：到当地信访局，或在“国家信访局”网站、公众号上提出"},
		{Kind: ElsewhereCourt, Purpose: "打官司、已有判决的事，诉讼服务热线", Phone: "12368"},
		{Kind: ElsewhereLegalAid, Purpose: "不懂法、请不起律师，免费咨询", Phone: "12348"},
		{Kind: ElsewhereDiscipline, Purpose: "举报党员、干部违纪违法", Phone: "12388"},
		{Kind: ElsewherePolice, Purpose: "违法犯罪、人身危险", Phone: "110", Hours: "24 小时"},
		{Kind: ElsewhereOther},
	}
	for i := range places {
		p := &places[i]
		p.Name, p.Sort, p.Shown = ElsewhereWords(p.Kind), (i+1)*10, p.Kind != ElsewhereOther
	}
	return places
}
