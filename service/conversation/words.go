package conversation

import (
	"fmt"
	"net/url"
	"strings"

	"lianxin/model"
)

// The pages of the mini-program that an answer leads to.
const (
	pageHome     = "pages/index/index"
	pageProfile  = "pages/representative/profile?id="
	pageMessages = "pages/message/list"
	pageArticle  = "pages/article/detail?id="
	pageArticles = "pages/article/list"
)

const (
	example    = "直接发送社区（村）名称、住址或代表姓名，就能查到联系您的党代表。例如：“和平社区”“和平路12号”“张三”。"
	greeting   = "您好，欢迎关注连心！"
	notCarried = "在这里发送的内容不会转交给代表。"
	elsewhere  = "日常诉求请拨打 %s；遇到危险或急病请立即拨打 110（报警）、119（火警）、120（急救）。"
)

// tap is words that lead to a page when they are tapped.
func (s *Service) tap(words, page string) string { return model.ChatLink(words, s.link(page)) }

func hotline() string {
	return fmt.Sprintf(elsewhere, model.ElsewhereWords(model.ElsewhereHotline))
}

func (s *Service) sayWelcome() string {
	return reply{
		head: greeting + "在这里可以找到联系您的党代表，给代表写信，并看到办理进度和答复。\n" + example,
		tail: s.tap("给代表写信", pageHome),
	}.text()
}

func (s *Service) sayHowTo() string {
	return reply{
		head: "您好，您可以：\n一、" + example + "\n二、发送“最新”，看最新动态。\n三、发送“进度”，查看您的来信和答复。",
		tail: notCarried + s.tap("给代表写信", pageHome) + "\n" + hotline(),
	}.text()
}

func (s *Service) sayFind() string {
	return reply{head: example, tail: "也可以" + s.tap("按社区、姓名或擅长的事项查找", pageHome)}.text()
}

func (s *Service) sayNothingFits() string {
	return reply{
		head: "没有找到对应的社区或代表。\n请" + example,
		tail: notCarried + "要反映事情，请点" + s.tap("给代表写信", pageHome) + "\n" + hotline(),
	}.text()
}

func (s *Service) sayLong() string {
	return reply{
		head: "您写的内容较多。" + notCarried + "为了让代表看到并答复您，请点" + s.tap("给代表写信", pageHome) + "，内容可以复制过去。",
		tail: "还不知道代表是谁？请" + example + "\n" + hotline(),
	}.text()
}

func (s *Service) sayUrgent() string {
	return reply{
		head: "如果正有危险，请立即拨打：110（报警）、119（火警）、120（急救）。" + notCarried,
		tail: "日常诉求请拨打 " + model.ElsewhereWords(model.ElsewhereHotline) + "；需要代表关注的事，请点" + s.tap("给代表写信", pageHome),
	}.text()
}

func (s *Service) sayElsewhere() string {
	return reply{
		head: hotline() + "\n信访事项请找" + model.ElsewhereWords(model.ElsewherePetition) +
			"，诉讼请找" + model.ElsewhereWords(model.ElsewhereCourt) + "。",
		tail: "需要代表关注的事，请点" + s.tap("给代表写信", pageHome),
	}.text()
}

func (s *Service) sayUnknownScene() string {
	return reply{
		head: "这个二维码现在没有对应的地方或代表，可能是旧的公示牌。\n请" + example,
		tail: s.tap("给代表写信", pageHome),
	}.text()
}

func (s *Service) sayVoice() string {
	return reply{head: "抱歉，没有听清您的语音。请打字，" + example, tail: notCarried + s.tap("给代表写信", pageHome)}.text()
}

func (s *Service) sayUnread(what string) string {
	return reply{
		head: "收到您的" + what + "，但这里看不了" + what + "。" + notCarried,
		tail: s.tap("给代表写信", pageHome) + "时最多可以附 9 张图片。\n找代表请" + example,
	}.text()
}

// sayNearest stands before what was found by a place.
const sayNearest = "按您发来的位置，最近的社区如下。"

func (s *Service) sayFarAway() string {
	return reply{
		head: "收到您的位置，但附近没有找到登记过位置的社区。请发送社区名称，" + example,
		tail: s.tap("给代表写信", pageHome),
	}.text()
}

func (s *Service) sayMyMessages() string {
	return reply{head: "您的来信、办理进度和答复都在这里：" + s.tap("我的来信", pageMessages)}.text()
}

func (s *Service) sayLatest(latest []Headline) string {
	if len(latest) == 0 {
		return reply{head: "目前还没有发布动态，请过些时候再来看看。"}.text()
	}
	items := make([]string, len(latest))
	for i, article := range latest {
		items[i] = "· " + s.tap(short(article.Title, 32), pageArticle+url.QueryEscape(article.ID))
	}
	more := func(int) string { return s.tap("更多动态", pageArticles) }
	return reply{head: "最新动态：", items: items, more: more}.text()
}

// sayFound lists representatives; after a greeting it also says how to find
// others.
func (s *Service) sayFound(found Found, greeting string) string {
	place, tail := short(found.Place, 30), ""
	if greeting != "" {
		greeting, tail = greeting+"\n", "要找其他地方的代表，请"+example
	}
	if len(found.People) == 0 {
		return reply{
			head: greeting + "“" + place + "”目前没有公布联系的党代表。您可以发送上一级街道或相邻社区的名称再试试。",
			tail: "也可以" + s.tap("查看全部代表", pageHome) + "\n" + hotline(),
		}.text()
	}
	head := greeting + "为您找到："
	if place != "" {
		head = greeting + "联系“" + place + "”的党代表："
	}
	items := make([]string, min(len(found.People), peopleMax))
	for i, person := range found.People[:len(items)] {
		items[i] = s.introduce(person)
	}
	more := func(shown int) string {
		return fmt.Sprintf("还有 %d 位，请点%s", len(found.People)-shown, s.tap("查看全部代表", pageHome))
	}
	return reply{head: head, items: items, more: more, always: len(found.People) > len(items), tail: tail}.text()
}

// introduce says who a representative is and where to write to them.
func (s *Service) introduce(person Person) string {
	var known []string
	for _, part := range []string{short(person.Post, 24), short(person.Where, 24)} {
		if part != "" {
			known = append(known, part)
		}
	}
	line := "· " + short(person.Name, 20)
	if len(known) > 0 {
		line += "（" + strings.Join(known, "，") + "）"
	}
	return line + "\n" + s.tap("写信给"+short(person.Name, 20), pageProfile+url.QueryEscape(person.ID))
}
