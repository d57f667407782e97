package simulator

// Defaults returns the example accounts that the demo, the stand-alone program and the tests
// agree on: both sealed ("safe"), the mini-program with JSON pushes, the official account a
// verified service account. The secrets are examples and open nothing.
func Defaults() Options {
	return Options{
		Mini: Account{
			AppID:          "wx5a1e0000000000a1",
			Secret:         "example-mini-secret-0000000000a1",
			Token:          "exampleMiniToken",
			EncodingAESKey: "exampleMiniProgramKey0000000000000000000001",
			Mode:           ModeSafe,
			Format:         FormatJSON,
			Verified:       true,
		},
		Official: Account{
			AppID:          "wx5a1e0000000000b2",
			Secret:         "example-official-secret-00000000b2",
			Token:          "exampleOfficialToken",
			EncodingAESKey: "exampleOfficialAccountKey000000000000000002",
			Mode:           ModeSafe,
			Format:         FormatXML,
			Kind:           KindService,
			Verified:       true,
		},
		Templates: defaultTemplates(),
		People:    []string{"王秀英", "李建国", "陈晓明"},
	}
}

func defaultTemplates() []Template {
	progress := []Field{{Key: "thing1", Label: "留言事项"}, {Key: "phrase2", Label: "办理状态"}, {Key: "time3", Label: "更新时间"}, {Key: "thing4", Label: "温馨提示"}}
	answer := []Field{{Key: "thing1", Label: "留言事项"}, {Key: "name2", Label: "答复人"}, {Key: "time3", Label: "答复时间"}, {Key: "thing4", Label: "温馨提示"}}
	task := []Field{{Key: "thing1", Label: "事项"}, {Key: "time2", Label: "截止时间"}, {Key: "phrase3", Label: "状态"}, {Key: "thing4", Label: "备注"}}
	survey := []Field{{Key: "thing1", Label: "留言事项"}, {Key: "time2", Label: "办结时间"}, {Key: "thing3", Label: "温馨提示"}}
	news := []Field{{Key: "thing1", Label: "标题"}, {Key: "thing2", Label: "关注对象"}, {Key: "time3", Label: "发布时间"}, {Key: "thing4", Label: "温馨提示"}}
	return []Template{
		{Account: MiniAccount, ID: "mini-progress", Title: "留言办理进度通知", Fields: progress},
		{Account: MiniAccount, ID: "mini-answer", Title: "留言答复通知", Fields: answer},
		{Account: MiniAccount, ID: "mini-task", Title: "待办事项提醒", Fields: task},
		{Account: MiniAccount, ID: "mini-survey", Title: "办理结果回访", Fields: survey},
		{Account: MiniAccount, ID: "mini-news", Title: "关注内容更新提醒", Fields: news},
		{Account: OfficialAccount, ID: "oa-progress", Title: "留言办理进度通知", Fields: progress},
		{Account: OfficialAccount, ID: "oa-answer", Title: "留言答复通知", Fields: answer},
		{Account: OfficialAccount, ID: "oa-task", Title: "待办事项提醒", Fields: task},
		{Account: OfficialAccount, ID: "oa-survey", Title: "办理结果回访", Fields: survey},
		{Account: OfficialAccount, Kind: SubscribeTemplate, ID: "oa-subscribe-progress", Title: "留言办理进度通知（订阅）", Fields: progress},
	}
}
