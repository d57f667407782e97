package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"lianxin/handler/staff"
	"lianxin/service/outbox"
	"lianxin/service/wechat"
)

// saying is what a trouble is in plain words, and what to do about it.
type saying struct{ found, do string }

// weChatSayings are the codes of WeChat's that somebody can do something about.
var weChatSayings = map[int]saying{
	-1:    {"微信系统繁忙", "不用处理，会自动再试。"},
	40001: {"AppSecret 不对", "在微信后台重置 AppSecret 并更新配置；重置后旧的立即失效。"},
	40003: {"微信不认识这个收件人", "多半是换了公众号或小程序，旧的收件人不再有效；确认后不必再做。"},
	40007: {"引用的图片或文章在微信那里已不存在", "重新上传，或换一篇。"},
	40013: {"AppID 不对", "核对 AppID 与微信后台一致。"},
	40014: {"登录微信的凭证失效了", "不用处理，会自动换一个再试；一直这样就核对 AppSecret。"},
	40016: {"菜单按钮的个数不对", "一级 1 到 3 个，每个下面最多 5 个。"},
	40017: {"菜单按钮的种类不对", "换一种按钮。"},
	40018: {"菜单按钮的名称太长或没有填", "一级最多 16 字节（约 5 个汉字），二级最多 60 字节。"},
	40020: {"菜单按钮的网址不对", "网址应以 https:// 开头，最长 1024 字节。"},
	40023: {"二级按钮的个数不对", "每个一级按钮下面最多 5 个。"},
	40037: {"模板 ID 不存在", "在微信后台重新选用模板，并更新配置里的模板 ID。"},
	40054: {"菜单按钮的网址域名不能用", "换成公众号后台登记过的域名。"},
	40055: {"菜单按钮的网址域名不能用", "换成公众号后台登记过的域名。"},
	40125: {"AppSecret 不对", "在微信后台重置 AppSecret 并更新配置；重置后旧的立即失效。"},
	40164: {"本机的出口 IP 不在白名单", "在微信后台“开发设置”里把这个 IP 加入 IP 白名单。"},
	40165: {"小程序里没有这个页面", "核对页面路径，并确认小程序已发布。"},
	40243: {"AppSecret 已被冻结", "在微信后台解冻 AppSecret。"},
	42001: {"登录微信的凭证过期了", "不用处理，会自动换一个再试。"},
	43004: {"对方没有关注公众号", "不必再做：通知会留在小程序里。"},
	43101: {"对方没有同意接收这种通知", "不必再做：通知会留在小程序里。"},
	43107: {"通知能力被微信封禁", "在微信后台查看站内信，按提示处理。"},
	43116: {"这个模板被微信限制", "在微信后台查看站内信，换一个模板。"},
	45009: {"调用次数超过了微信的每日限额", "看指标 lianxin_wechat_seconds 哪个接口调用最多；每日限额零点恢复，也可以在微信后台清零（每月 10 次）。"},
	45011: {"调用太频繁", "看指标 lianxin_wechat_seconds 哪个接口调用最多；过一分钟会自动再试。"},
	45015: {"离对方上次来说话太久，微信不让发了", "不必再做。"},
	45047: {"给这个人连续发得太多，微信不让发了", "不必再做。"},
	45064: {"公众号没有关联这个小程序", "在公众号后台“小程序管理”里关联后再试。"},
	46003: {"微信那边没有菜单", "发布一次菜单。"},
	47003: {"通知里有一项不合模板的规则", "在“通知模板”页逐项核对字段。"},
	48001: {"这个账号没有接口权限", "公众号应是已认证的服务号；小程序应已认证并开通订阅消息。"},
	50002: {"账号被微信限制", "在微信后台查看站内信，按提示处理。"},
	61024: {"这个账号由第三方平台代管", "在微信后台取消授权后再试。"},
}

var errCode = regexp.MustCompile(`errcode (-?\d+)`)

// saidOf gives the words for a code, with what WeChat said where it helps.
func saidOf(code int, message string) (found, do string) {
	s, known := weChatSayings[code]
	if !known {
		return fmt.Sprintf("微信返回错误 %d：%s", code, message), fmt.Sprintf("在微信开放文档里查错误码 %d。", code)
	}
	found = fmt.Sprintf("%s（%d）", s.found, code)
	if code == 40164 {
		found += "：" + message
	}
	return found, s.do
}

// weChatTrouble explains a call that failed.
func weChatTrouble(err error) (found, do string) {
	failed, ok := errors.AsType[*wechat.Error](err)
	switch {
	case !ok:
		return err.Error(), "请把这一行交给维护人员。"
	case failed.Code == 0:
		return "连不上微信：" + failed.Message, "检查本机能否访问 https://api.weixin.qq.com（网络、DNS、防火墙、代理）。"
	}
	return saidOf(failed.Code, failed.Message)
}

// explainFailure says in plain words what an error means that was written down
// with a task or a job.
func explainFailure(lastError string) (found, do string) {
	if m := errCode.FindStringSubmatch(lastError); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil {
			return saidOf(code, lastError)
		}
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(lastError, w) {
				return true
			}
		}
		return false
	}
	switch {
	case lastError == "":
		return "", ""
	case has("panicked"):
		return "程序出错", "请把任务编号和原文交给维护人员。"
	case has("deadline exceeded", "Client.Timeout", "timeout"):
		return "对方太久没有回应", "多半是网络或微信一时的问题，会自动再试；一直这样就检查网络。"
	case has("no such host", "connection refused", "network is unreachable", "connection reset", "EOF"):
		return "连不上对方", "检查本机的网络、DNS、防火墙和代理。"
	case has("database is locked", "Deadlock", "deadlock", "Lock wait"):
		return "数据库一时忙不过来", "不用处理，会自动再试；经常这样就看数据库的负载。"
	case has("wechat "):
		return "微信没有给出完整的回答", "会自动再试。"
	case has("read task", "cannot be read"):
		return "任务的内容读不出来", "请把任务编号交给维护人员；不必再做。"
	}
	return "没有做成", "请把任务编号和原文交给维护人员。"
}

// routinesOf names the jobs for who operates them.
func routinesOf(jobs []outbox.Job) []staff.Routine {
	named := make([]staff.Routine, len(jobs))
	for i, j := range jobs {
		named[i] = staff.Routine{Name: j.Name, Every: j.Every}
	}
	return named
}
