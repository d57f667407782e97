package abuse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"lianxin/model"
)

// markLeast is how many letters and digits a text needs before it is compared:
// everybody writes "谢谢".
const markLeast = 12

// Mark is the same for texts that differ only in blanks, signs, width and case;
// empty for a text that is too short to compare.
func Mark(body string) string {
	plain := letters(body)
	if len([]rune(plain)) < markLeast {
		return ""
	}
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:16])
}

// letters keeps letters and digits, narrow and small.
func letters(body string) string {
	return strings.Map(func(r rune) rune {
		r = narrow(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, body)
}

// narrow turns full-width signs, letters and digits into ordinary ones.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// calls are what adverts ask people to do, in letters without blanks and signs.
var calls = []string{
	"加微信", "加我微信", "加薇信", "加v信", "加vx", "加扣扣", "加qq", "加群", "进群", "扫码添加", "扫码领取", "私聊", "私信我", "点击链接", "点击领取", "复制链接",
	"免费领取", "咨询热线", "订购热线", "加盟热线", "招代理", "招商加盟", "日赚", "日入", "月入过万", "轻松赚", "包过", "代开发票", "代办信用卡", "无抵押", "低息贷款",
	"秒批", "秒放款", "当天放款", "高价回收", "刷单", "兼职日结", "限时优惠", "限时特价", "优惠券", "返利", "包邮", "量大从优", "全网最低",
}

var (
	phone     = regexp.MustCompile(`(?:^|\D)(1[3-9]\d{9}|400\d{7})(?:\D|$)`)
	messenger = regexp.MustCompile(`(?i)(?:微信|薇信|v信|vx|wx|qq|扣扣)号?[:：是]?[a-z0-9_-]{5,20}`)
	link      = regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s，。；、）)]+|\b[a-z0-9][a-z0-9-]*\.(?:com|cn|net|top|xyz|vip|shop|club|cc|me|ly|link)(?:/[^\s，。；、）)]*)?`)
	official  = regexp.MustCompile(`(?i)^(?:https?://)?(?:[a-z0-9-]+\.)*(?:gov\.cn|weixin\.qq\.com|people\.com\.cn|xinhuanet\.com|news\.cn)(?:[/:?]|$)`)
	apart     = strings.NewReplacer(" ", "", "-", "", "－", "", "—", "", "·", "")
)

// How much of what makes a text look like an advert.
const (
	callsWithContact = 2
	callsForRefusal  = 3
	contactsMany     = 4
	wordsBesideLink  = 6
)

// contacts are the ways a text tells to reach somebody: numbers and names, and
// links to places that are nobody's we know.
func contacts(body string) (reach, links []string) {
	narrowed := strings.Map(narrow, body)
	for _, l := range link.FindAllString(narrowed, -1) {
		if !official.MatchString(l) {
			links = append(links, strings.ToLower(l))
		}
	}
	bare := apart.Replace(link.ReplaceAllString(narrowed, " "))
	for _, m := range phone.FindAllStringSubmatch(bare, -1) {
		reach = append(reach, m[1])
	}
	reach = append(reach, messenger.FindAllString(bare, -1)...)
	return distinct(reach), distinct(links)
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// advert looks for what asks people to get in touch or to go somewhere, together
// with where. A phone number alone is no advert, and neither is a link: people
// leave theirs, and show what they mean.
func (r Rules) advert(s Seen) Finding {
	f := Finding{Rule: model.AbuseAdvert, Outcome: model.AbusePass}
	if !r.Advert {
		return f
	}
	plain := letters(s.Body)
	called := 0
	for _, call := range calls {
		if strings.Contains(plain, call) {
			called++
		}
	}
	reach, links := contacts(s.Body)
	where := len(reach) + len(links)
	f.Evidence = fmt.Sprintf("有 %d 处推广用语、%d 个联系方式、%d 个外部链接", called, len(reach), len(links))
	besides := len([]rune(letters(link.ReplaceAllString(strings.Map(narrow, s.Body), ""))))
	switch {
	case called >= callsForRefusal && where > 0:
		f.Outcome = model.AbuseSuggest
	case called >= callsWithContact && where > 0, called > 0 && len(links) > 0, where >= contactsMany, len(links) > 0 && besides < wordsBesideLink:
		f.Outcome = model.AbuseHold
	}
	return f
}
