package audit

import (
	"maps"
	"slices"
	"strings"

	"lianxin/model"
)

// actionWords says in plain words what each action is that the program writes
// down. A test reads the program for actions that are missing here.
var actionWords = map[string]string{ //nolint:gosec // what passwords and codes went through, not any of them
	"absence.set": "登记代表外出", "absence.end": "结束代表外出", "preference.set": "修改代表的接信设置",
	"profile.set":            "代表修改擅长的主题和接待时间",
	"area.add":               "新增区域",
	"member.list":            "查看党员名单",
	"member.import":          "导入党员名单",
	"member.remove":          "从党员名单去掉一人",
	"member.confirm":         "确认党员身份",
	"phone.code":             "发送手机验证码",
	"link.offer":             "生成关联码",
	"link.guess":             "输错关联码",
	"link.list":              "查看账号合并列表",
	"link.look":              "查看一次账号合并",
	"person.link":            "合并同一个人的两个账号",
	"person.unlink":          "撤销账号合并",
	"article.begin":          "开始写文章",
	"article.unschedule":     "取消定时发布",
	"article.comment":        "给文章写批注",
	"article.settle_comment": "处理文章批注",
	"article.restore":        "恢复文章的旧版本",
	"article.discard":        "删除文章草稿",
	"case_story.begin":       "就典型案例征求同意",
	"case_story.consent":     "典型案例获得同意",
	"case_story.decline":     "典型案例未获同意",
	"case_story.time_out":    "典型案例没有等到答复",
	"case_story.paper":       "登记典型案例的纸质授权",
	"case_story.paper_back":  "登记撤回典型案例的纸质授权",
	"case_story.write":       "起草典型案例",
	"case_story.check":       "核对典型案例",
	"case_story.show":        "请居民看典型案例",
	"case_story.agree":       "居民确认典型案例",
	"case_story.wish":        "居民希望修改典型案例",
	"case_story.take_back":   "典型案例的授权撤回",
	"case_story.drop":        "放弃典型案例",
	"case_story.taken_down":  "典型案例已全部撤下",
	"article.doors":          "选择文章发到哪里",

	"article.door.begin":         "开始从一个渠道发布文章",
	"article.door.hand_in":       "向微信提交文章",
	"article.door.open":          "文章在一个渠道发布成功",
	"article.door.leave_to_hand": "文章留待手动发布",
	"article.door.give_up":       "文章在一个渠道发布失败",
	"article.door.await":         "等微信给出发布结果",
	"article.door.renew":         "重新发布更正后的文章",
	"article.door.close":         "开始从一个渠道撤下文章",
	"article.door.close_up":      "文章已从一个渠道撤下",
	"article.door.stick":         "文章没能从一个渠道自动撤下",
	"article.mass_send.ask":      "申请群发文章",
	"article.mass_send.confirm":  "确认群发文章",
	"article.mass_send.cancel":   "取消群发文章",
	"studio.duty":                "安排工作室值班",

	"article.retry":        "重试文章的一个出口",
	"article.preview":      "把文章预览发到微信",
	"library.add":          "图片库新增图片",
	"library.remove":       "图片库删除图片",
	"message.export":       "导出来信",
	"message.export_fetch": "下载导出的来信",
	"column.add":           "新增栏目",
	"column.rename":        "修改栏目名称",
	"column.remove":        "删除栏目",
	"representative.read":  "查看代表资料",
	"article.submit":       "文章送审",
	"article.return":       "退回文章",
	"article.approve":      "通过文章",
	"article.schedule":     "定时发布文章",
	"article.publish":      "发布文章",
	"article.go_live":      "文章上线",
	"article.fail":         "文章发布失败",
	"article.correct":      "更正文章",
	"article.withdraw":     "撤下文章",
	"article.revise":       "修改文章",
	"audit.read":           "查阅审计日志",
	"audit.export":         "导出审计日志",
	"backup.write":         "做备份",
	"backup.restore":       "恢复备份",
	"calendar.import":      "导入节假日安排",
	"calendar.set":         "修改一天的上班安排",
	"calendar.clear":       "恢复一天的普通安排",
	"consent.give":         "同意授权",
	"consent.take_back":    "撤回授权",
	"copy.ask":             "申请下载个人数据",
	"copy.fetch":           "下载个人数据",
	"correction.ask":       "请求更正",
	"correction.done":      "完成更正",
	"correction.declined":  "不予更正",
	"correction.open":      "重新打开更正请求",
	"device.forget":        "不再认识一台设备",
	"erasure.ask":          "申请注销",
	"erasure.begin":        "开始注销",
	"erasure.done":         "完成注销",
	"erasure.take_back":    "收回注销申请",
	"follow.begin":         "关注代表或区域",
	"suggestion.send":      "对平台提意见",
	"suggestion.reply":     "答复对平台的意见",
	"follow.end":           "取消关注",
	"invitation.issue":     "发出邀请码",
	"invitation.accept":    "使用邀请码绑定",
	"invitation.guess":     "填错邀请码",
	"invitation.withdraw":  "作废邀请码",
	"keys.rotate":          "更换加密密钥",

	"message.submit":           "写信",
	"message.pass":             "来信通过内容检查",
	"message.hold":             "来信转人工审核",
	"message.refuse":           "不予接收来信",
	"message.appeal":           "申请人工复核",
	"message.deliver":          "送达来信",
	"message.acknowledge":      "签收来信",
	"message.answer":           "答复来信",
	"message.hand_over":        "转交承办单位",
	"message.accept":           "承办单位接收",
	"message.unit_refuse":      "承办单位退回",
	"message.handle":           "承办单位开始办理",
	"message.unit_answer":      "承办单位答复",
	"message.confirm":          "居民确认结果",
	"message.reopen":           "居民表示没有解决",
	"message.out_of_scope":     "告知另有去处",
	"message.object":           "居民提出异议",
	"message.withdraw":         "居民撤回来信",
	"message.time_out":         "到期自动办结",
	"message.reassign":         "改派代表",
	"message.extend":           "延长期限",
	"message.pause":            "暂停期限",
	"message.resume":           "恢复期限",
	"message.ask_consent":      "征求转交同意",
	"message.give_consent":     "同意转交",
	"message.withdraw_consent": "撤回转交同意",
	"message.remind":           "提醒办理",
	"message.escalate":         "超期提级",
	"message.ask_solved":       "请居民评价",
	"message.rate":             "居民评分",
	"message.publish":          "公开答复",
	"message.unpublish":        "撤下公开的答复",
	"message.supplement":       "补充内容",
	"message.refuse_turn":      "不予接收补充内容",
	"message.release_turn":     "放行补充内容",
	"message.appeal_turn":      "就补充内容申请复核",
	"message.result_delivered": "结果送达",
	"message.gather":           "与另一封一并答复",
	"message.ungather":         "改为单独答复",
	"message.read":             "查看来信",
	"message.note":             "写内部备注",
	"message.open_restricted":  "依法查阅封存的来信",
	"message.erase":            "删除来信内容",
	"message.restrict":         "封存来信",
	"message.empty":            "到期抹去来信内容",

	"notice.unsubscribe":      "退订通知",
	"official_menu.save":      "修改公众号菜单草稿",
	"official_menu.publish":   "发布公众号菜单",
	"official_menu.take_over": "把微信的菜单取作草稿",
	"official_reply.add":      "新增自动回复",
	"official_reply.change":   "修改自动回复",
	"official_reply.remove":   "删除自动回复",
	"official_reply.order":    "调整自动回复的次序",
	"password.change":         "修改密码",
	"password.reset":          "重置密码",
	"permission.revoke":       "撤回微信授权",
	"person.follow":           "关注公众号",
	"person.unfollow":         "取消关注公众号",
	"person.merge":            "合并同一个人的账号",
	"person.rename":           "修改姓名",
	"phone.bind":              "绑定手机号",
	"phone.erase":             "删除手机号",
	"picture.upload":          "上传图片",
	"picture.screen":          "图片内容检查",
	"picture.shown":           "图片通过内容检查",
	"picture.refused":         "图片没有通过内容检查",
	"picture.held":            "图片转人工审核",
	"picture.discard":         "删除图片",
	"picture.sweep":           "清理没有用上的图片",
	"policy.set":              "设置办理期限",
	"policy.clear":            "恢复沿用上级期限",
	"recovery_code.renew":     "重新生成恢复码",
	"recovery_code.use":       "使用恢复码",
	"reply_template.write":    "新增答复模板",
	"reply_template.change":   "修改答复模板",
	"reply_template.remove":   "删除答复模板",
	"representative.add":      "新增代表",
	"representative.change":   "修改代表",
	"retention.run":           "清理到期的数据",
	"role.grant":              "授予角色",
	"role.revoke":             "撤销角色",
	"roster.import":           "导入名册",
	"roster.export":           "导出名册",
	"sample.fill":             "填入示例数据",
	"scene.issue":             "生成场景码",
	"seat.rebind":             "代表换绑微信",
	"seat.sign_out":           "让代表退出登录",
	"second_factor.wrong":     "动态码输错",
	"session.end":             "退出一处登录",
	"session.end_all":         "退出所有登录",
	"session.end_others":      "退出其他登录",
	"session.reuse":           "登录凭证被重复使用",
	"session.step_up":         "再次验证身份",
	"staff.add":               "开通工作人员账号",
	"staff.disable":           "停用账号",
	"staff.guess":             "多次输错密码",
	"staff.sign_in":           "登录管理台",
	"staff.sign_in_to_enrol":  "登录以绑定身份验证器",
	"staff.sign_out":          "让账号退出登录",
	"staff.unlock":            "解除账号锁定",
	"task.retry":              "重做后台任务",
	"task.retry_all":          "重做一类后台任务",
	"task.drop":               "不再做后台任务",
	"totp.begin":              "开始绑定身份验证器",
	"totp.confirm":            "绑定身份验证器",
	"totp.remove":             "解绑身份验证器",
	"totp.reset":              "重置身份验证器",
}

// targetWords says what the kinds of records are called.
var targetWords = map[string]string{
	"area": "区域", "article": "文章", "audit": "审计日志", "backup": "备份", "calendar": "节假日安排", "column": "栏目", "device": "设备", "export": "导出", "library_picture": "图片库图片", "key": "加密密钥",
	"message": "来信", "person": "人员", "person_link": "账号合并", "picture": "图片", "reply_template": "答复模板", "representative": "代表",
	"place": "公示牌", "retention": "数据清理", "roster": "名册", "session": "登录", "task": "后台任务",
	"unit_officer": "承办单位经办人", "official_menu": "公众号菜单", "official_reply": "公众号自动回复",
}

// actorWords says what the program itself is called where it acted.
var actorWords = map[string]string{
	"command line": "命令行", "content check": "系统（内容检查）", "deadline": "系统（期限）", "delivery": "系统（送达）", "erasure": "系统（注销）",
	"install calendar": "系统（节假日）", "key rotation": "系统（换密钥）", "picture check": "系统（图片检查）", "picture sweep": "系统（清理图片）",
	"newsroom": "系统（发布文章）", "leading message ended": "系统（合并的来信）",
	"retention": "系统（数据清理）", "sample": "示例数据", "session guard": "系统（登录保护）", "sign-in guard": "系统（登录保护）", "wechat push": "系统（微信消息）",
}

// ActorWords says who acted, in plain Chinese where it was the program itself.
func ActorWords(actor string) string { return wordOr(actorWords, actor) }

// Words says in plain Chinese what an action is; the action itself when it is
// not known.
func Words(action string) string { return wordOr(actionWords, action) }

// TargetWords says in plain Chinese what a kind of record is.
func TargetWords(kind string) string { return wordOr(targetWords, kind) }

// stateWords says what the states are called that a line tells of, where a thing
// went from one to another.
var stateWords = func() map[string]string {
	words := map[string]string{
		string(model.ScreeningChecking): "检查中", string(model.ScreeningShown): "已通过", string(model.ScreeningRefused): "未通过", string(model.ScreeningHeld): "人工审核中",
		string(model.RepresentativeElected): "当选", string(model.RepresentativeServing): "履职", string(model.RepresentativeSuspended): "暂停",
		string(model.RepresentativeEnded): "资格终止", string(model.RepresentativeTermOver): "届满",
	}
	for _, state := range model.MessageFlow().States() {
		words[string(state)] = model.MessageStateWords(state)
	}
	return words
}()

// Actions lists the actions that have words, by subject.
func Actions() []string { return slices.SortedFunc(maps.Keys(actionWords), strings.Compare) }

// TargetKinds lists the kinds of records that have words.
func TargetKinds() []string { return slices.Sorted(maps.Keys(targetWords)) }
