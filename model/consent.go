package model

import "lianxin/model/fault"

// ConsentPurpose is what a consent is for; each is asked separately (PIPL
// 个人信息保护法, article 14).
type ConsentPurpose string

// The purposes of this product so far.
const (
	ConsentPrivacyPolicy ConsentPurpose = "privacy_policy"
	ConsentHandOver      ConsentPurpose = "hand_over"
	ConsentPublish       ConsentPurpose = "publish"

	ConsentStoryMiniProgram     ConsentPurpose = "story_mini_program"
	ConsentStoryOfficialAccount ConsentPurpose = "story_official_account"
	ConsentStoryPress           ConsentPurpose = "story_press"
)

// Wording is what a person reads when a consent is asked for. A consent names
// purpose and version, so that what was agreed to can be shown years later: a
// change of the words is a new version, and no version is ever changed or removed.
type Wording struct {
	Purpose ConsentPurpose
	Version string
	Title   string
	Words   string
	// Without says what a person can still do who does not consent (article 16).
	Without string
}

// Wordings lists every wording there ever was, for each purpose the newest first.
func Wordings() []Wording {
	return []Wording{
		{
			Purpose: ConsentPrivacyPolicy, Version: "2026-11", Title: "个人信息处理规则",
			Words: privacyPolicy202611,
			Without: "不同意时，您仍可查找代表、阅读动态和公开的答复，也可以拨打代表工作室的办公电话；" +
				"只是不能在这里写信。撤回同意不影响撤回前已经依法进行的处理。",
		},
		{
			Purpose: ConsentHandOver, Version: "2026-11", Title: "同意转交承办单位",
			Words: "为办理这封来信，同意把来信内容、图片以及您的称呼和电话（您选择隐去的除外）提供给负责办理的承办单位。" +
				"承办单位只能用于办理这封来信。您可以随时撤回，撤回后承办单位不再看到您的称呼和电话。",
			Without: "不同意时，来信由代表直接答复，不转交承办单位；需要有关单位办理的事项可能无法办理。",
		},
		{
			Purpose: ConsentPublish, Version: "2026-11", Title: "同意隐去姓名后公开",
			Words: "同意在隐去姓名、电话、住址等信息后，把这封来信的问题和答复公开，供遇到同样问题的人参考。" +
				"您可以随时撤回，撤回后公开的内容立即撤下。",
			Without: "不同意时，来信照常办理，内容不公开。",
		},
		{
			Purpose: ConsentStoryMiniProgram, Version: "2026-11", Title: "同意在小程序刊登典型案例",
			Words: "同意把这件事写成典型案例，隐去姓名、电话、住址等信息后，在本平台的小程序和网页上刊登。" +
				"刊登前会先请您逐字看过，您确认后才发布。您可以随时撤回，撤回后立即撤下。",
			Without: storyWithout,
		},
		{
			Purpose: ConsentStoryOfficialAccount, Version: "2026-11", Title: "同意在公众号刊登典型案例",
			Words: "同意把这件事写成典型案例，隐去姓名、电话、住址等信息后，在本地党代表联络办的微信公众号上发布或群发。" +
				"刊登前会先请您逐字看过，您确认后才发布。您可以随时撤回，撤回后文章在公众号上删除；已经收到推送的人仍会看到标题，但打不开正文。",
			Without: storyWithout,
		},
		{
			Purpose: ConsentStoryPress, Version: "2026-11", Title: "同意提供给报刊等媒体",
			Words:   "同意把经您确认的典型案例提供给报刊、电视等媒体刊登。媒体刊登以后，我们会转达您的撤回要求，但不能代媒体收回已经印出的报刊。",
			Without: storyWithout,
		},
	}
}

// storyWithout is what does not change for who wants no story.
const storyWithout = "不同意时，来信的办理和结果不受任何影响，这件事不会写成典型案例。"

// CurrentWording is the wording that is shown for a purpose now; false for a
// purpose there is none of.
func CurrentWording(p ConsentPurpose) (Wording, bool) {
	for _, w := range Wordings() {
		if w.Purpose == p {
			return w, true
		}
	}
	return Wording{}, false
}

// WordingOf is the wording of a version; false when there never was one.
func WordingOf(p ConsentPurpose, version string) (Wording, bool) {
	for _, w := range Wordings() {
		if w.Purpose == p && w.Version == version {
			return w, true
		}
	}
	return Wording{}, false
}

// CheckWording says whether words that were shown are those in force: consent
// counts only to what was read (article 14). Faults: invalid for a purpose
// there is none of, conflict when the words have changed since.
func CheckWording(p ConsentPurpose, version string) error {
	w, known := CurrentWording(p)
	if !known {
		return fault.InvalidField("purpose", "没有这一项授权。")
	}
	if version != w.Version {
		return fault.Conflict("“%s”的说明已经更新，请重新阅读后再决定。", w.Title)
	}
	return nil
}

// privacyPolicy202611 says what article 17 asks for: who handles what, why, how,
// how long, and what a person can do about it.
const privacyPolicy202611 = `谁在处理：本平台由本地党代表联络办公室（联络办）主办。对个人信息处理有疑问，可以向联络办提出，也可以在“我的数据”里提交更正请求。

收集什么、为什么：
1. 微信身份编号（openid、unionid）：用来认出您，让您看到自己的来信、收到办理通知。
2. 您填写的称呼，以及您主动授权的手机号：用来称呼您、与您联系，并认出别人替您写的来信。手机号在数据库中加密存放。不绑定手机号也能写信。
3. 来信的文字、图片、您填写的大致地点：用来办理来信。图片会重新绘制，不保留拍摄地点。文字和图片交由微信作内容安全检查。
4. 您的授权记录、收到的通知、登录记录：用来证明经过、保障安全。

谁能看到：收信的代表（您选择隐去姓名时，看不到姓名和电话）、本区域联络办；承办单位只有在您单独同意转交后才能看到。不向其他人提供，不公开，不用于评比和推送广告。谁看过您的来信，您可以在“谁看过我的信息”里查到。

保存多久：登录记录 30 天；微信发来的消息 7 天；通知 1 年；来信办结满 10 年后抹去内容和身份，只留统计；审计日志 3 年。连续 3 年没有登录的账号，会先通知您，60 天后注销。

您的权利：在“我的数据”里可以查看、复制（下载）、更正您的信息，撤回授权，注销账号。注销申请提交后 72 小时内可以反悔；之后没有答复过的来信全部删除，已经答复的来信按档案管理要求封存，隐去您的姓名、电话、图片，任何办理人员都不能再看，满 10 年后抹去内容。

不满十四周岁的未成年人请由监护人代写。`
