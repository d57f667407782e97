package sample

import "strings"

// People lists who is on the stand-in's browser phone, those to try first at
// the head: residents with something waiting, then representatives, then
// officers of units.
func People() []string {
	return []string{
		"刘慧敏", "张淑芬", "宋明哲", "唐小雨", "韩冬生", "朱丽娜", "高天宇", "陈思远", "马小军", "徐静怡", "孙国平",
		"黄志强", "郑雅文", "胡建华", "冯玉珍", "王德福", "罗秀英",
		"林晓棠", "单映雪", "何春梅", "尉迟远", "赵铁山", "仇国梁", "陆知行", "曾念慈", "周立言", "李䶮", "江若澄", "秦守业",
		"许卫国", "沈佳", "邓凯", "顾敏", "潘月娥",
	}
}

// Guide says in a few lines what to open and what to try.
func Guide() string {
	var b strings.Builder
	for _, line := range []string{
		"临江区是虚构的，人和事也是。在“浏览器手机”里选一个人，就能替他打开小程序：",
		"  居民    刘慧敏：林晓棠代表的答复在等您评价，还有一封新信刚送达",
		"          张淑芬：代表在征求“是否同意转交”；宋明哲：承办单位刚答复；韩冬生：有一封“另有去处”，可以提出异议",
		"          朱丽娜：一封信没有通过检查，可以申请人工复核；唐小雨：刚写好的信已送达",
		"  代表    林晓棠、单映雪、何春梅、尉迟远各有新来信；江若澄外出，来信由云台工作室接手",
		"  承办    沈佳（区住建局）、许卫国（区城管局）各有一件待接收；邓凯（区交警大队）有两件待办理",
		"  党员    刘慧敏等六人在望江街道的党员名单上：绑定手机后可以确认党员身份；名单由 organisation 维护",
		"  查一查  写信时提到“加装电梯”或“绿灯太短”，会出现别人已得到的答复；试着搜 znc、yuchiyuan、李䶮、潮音街20号",
		"管理台账号（密码都是 " + openSesame + "；演示里不强制绑定身份验证器，正式运行默认强制）：",
	} {
		b.WriteString(line + "\n")
	}
	for _, o := range officers() {
		b.WriteString("  " + o.Login.Login + strings.Repeat(" ", max(1, 18-len(o.Login.Login))) + o.Name + "  " + duties[o.Login.Login] + "\n")
	}
	return b.String()
}

// duties say what to look at with each login.
var duties = map[string]string{
	"liaison":          "联络办：人工审核两封、未分派两封、超期和提级各有几件",
	"liaison.heping":   "和平街道联络办：只看得到本街道；“该找谁”里有街道自己写的两处",
	"publicity":        "宣传：新闻室里有草稿、待审、退回（带批注）、定时和已发布的文章",
	"publicity.second": "宣传：审核同事写的文章，确认群发",
	"organisation":     "组织部门：代表名册、提级事项",
	"guardian":         "权利保障受理人",
	"auditor":          "审计：只读的审计日志",
	"administrator":    "系统管理员：账号和期限，看不到来信内容",
}
