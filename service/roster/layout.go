package roster

import (
	"slices"

	"lianxin/model"
)

// The sheets of a roster file, in the order in which they build on each other.
const (
	sheetAreas         = "区域"
	sheetTerms         = "届次"
	sheetDelegations   = "代表团"
	sheetOrganisations = "党组织"
	sheetElecting      = "选举单位"
	sheetUnits         = "承办单位"
	sheetTopics        = "事项"
	sheetStudios       = "工作室"
	sheetSeats         = "代表"
	sheetHelp          = "填写说明"
)

// The columns, as they are written; what else they may be called stands in the
// layout.
const (
	colLevel        = "级别"
	colName         = "名称"
	colAbove        = "上级区域"
	colSort         = "排序"
	colStarts       = "开始日期"
	colEnds         = "结束日期"
	colTerm         = "届次"
	colKind         = "类别"
	colArea         = "所属区域"
	colParent       = "上级党组织"
	colOrganisation = "党组织"
	colDuty         = "职责"
	colLine         = "办公电话"
	colActive       = "状态"
	colCentre       = "坐标"
	colAddress      = "地址"
	colCode         = "代表编号"
	colPerson       = "姓名"
	colSex          = "性别"
	colBorn         = "出生年份"
	colElecting     = "选举单位"
	colDelegation   = "代表团"
	colHome         = "所在区域"
	colServes       = "联系区域"
	colStudio       = "工作室"
	colComposition  = "构成类别"
	colField        = "从业领域"
	colPost         = "职务"
	colEmployer     = "工作单位"
	colTopics       = "擅长事项"
	colIntroduction = "个人简介"
	colState        = "资格状态"
)

// cleared is what empties a cell: an empty cell leaves things as they are.
const cleared = "清空"

// column is one column of a sheet. Need marks what a sheet cannot do without.
type column struct {
	name    string
	also    []string
	need    bool
	choices words
	width   float64
	hint    string
	example string
}

// layout is one sheet of a roster file.
type layout struct {
	sheet   string
	also    []string
	columns []column
}

// index is the place of a column in the sheet.
func (l *layout) index(name string) int {
	return slices.IndexFunc(l.columns, func(c column) bool { return c.name == name })
}

// word is a value and how it may be written, the usual way first.
type word struct {
	value string
	forms []string
}

// words are the choices of a column.
type words []word

// show writes a value in the usual way; a value that is unknown stays.
func (w words) show(value string) string {
	for _, one := range w {
		if one.value == value {
			return one.forms[0]
		}
	}
	return value
}

// read finds the value of what was written.
func (w words) read(text string) (string, bool) {
	for _, one := range w {
		if one.forms[0] == text {
			return one.value, true
		}
	}
	asked := key(text)
	for _, one := range w {
		if slices.ContainsFunc(one.forms, func(f string) bool { return key(f) == asked }) {
			return one.value, true
		}
	}
	return "", false
}

// list gives the usual forms.
func (w words) list() []string {
	var all []string
	for _, one := range w {
		all = append(all, one.forms[0])
	}
	return all
}

var (
	levelWords = words{
		{string(model.LevelDistrict), []string{"区县", "区", "县", "市", "城区", "市区", "旗", "区（县、市）"}},
		{string(model.LevelStreet), []string{"街道", "乡镇", "乡", "镇", "街道（乡镇）", "街道办", "街道办事处"}},
		{string(model.LevelCommunity), []string{"社区", "村", "行政村", "社区（村）", "居委会", "村委会"}},
	}
	organisationWords = words{
		{string(model.OrganisationCommittee), []string{"党委", "委员会", "党工委", "基层党委", "工委", "工作委员会"}},
		{string(model.OrganisationGeneralBranch), []string{"党总支", "总支", "总支部", "总支部委员会"}},
		{string(model.OrganisationBranch), []string{"党支部", "支部", "支部委员会"}},
	}
	activeWords = words{{"true", []string{"启用", "是", "正常", "在用"}}, {"false", []string{"停用", "否", "撤销", "已撤销"}}}
	sexWords    = words{{"male", []string{"男", "男性", "男 ♂"}}, {"female", []string{"女", "女性", "女 ♀"}}}

	compositionWords = words{
		{string(model.CompositionCadre), []string{"各级领导干部", "领导干部", "干部", "党员领导干部"}},
		{string(model.CompositionProfessional), []string{"专业技术人员", "各类专业技术人员", "专业技术", "专技人员"}},
		{string(model.CompositionModel), []string{"先进模范人物", "各条战线先进模范人物", "先进模范", "先模人物", "劳动模范"}},
		{string(model.CompositionMilitary), []string{"解放军和武警部队", "解放军和武警", "解放军、武警", "部队", "军队", "解放军", "武警"}},
	}
	stateWords = words{
		{string(model.RepresentativeElected), []string{"当选", "已当选", "待确认"}},
		{string(model.RepresentativeServing), []string{"履职", "履职中", "在任", "正常", "有效", "在职"}},
		{string(model.RepresentativeSuspended), []string{"暂停", "暂停履职", "停止履职"}},
		{string(model.RepresentativeEnded), []string{"终止", "已终止", "资格终止"}},
		{string(model.RepresentativeTermOver), []string{"届满", "已届满", "任期届满"}},
	}
)

const (
	hintSort  = "显示的先后，数字小的在前。"
	hintPlace = "写区域名称；有重名时写成“上级/名称”，如“和平街道/建设社区”。"
	hintLine  = "单位的座机，对外公开。"
)

// layouts is the whole file.
func layouts() []*layout {
	return []*layout{
		areaLayout(), termLayout(), delegationLayout(), organisationLayout(), electingLayout(), unitLayout(), topicLayout(),
		studioLayout(), seatLayout(),
	}
}

func areaLayout() *layout {
	return &layout{sheetAreas, []string{"区域表", "行政区划", "街道社区", "区划"}, []column{
		{name: colLevel, also: []string{"层级", "区域级别"}, need: true, choices: levelWords, width: 10, hint: "区县、街道（含乡镇）或社区（含村）。", example: "社区"},
		{name: colName, also: []string{"区域", "区域名称"}, need: true, width: 24, hint: "区域的名称。名称、级别和上级合起来认定一个区域。", example: "建设社区"},
		{name: colAbove, also: []string{"上级", "所属街道", "隶属"}, width: 24, hint: "区县留空；街道写区县，社区写街道。", example: "和平街道"},
		{name: colSort, also: []string{"顺序", "次序"}, width: 8, hint: hintSort, example: "1"},
		{name: colCentre, also: []string{"经纬度", "中心坐标", "位置坐标"}, width: 22, hint: "社区中心的“纬度,经度”，群众按手机位置找社区时用；没有就留空。", example: "30.27415,120.15515"},
	}}
}

func termLayout() *layout {
	return &layout{sheetTerms, []string{"届", "届别", "届次表"}, []column{
		{name: colName, also: []string{"届次", "届次名称", "届", "届别"}, need: true, width: 44, hint: "届次全称。", example: "中国共产党临江区第十三次代表大会"},
		{name: colStarts, also: []string{"起始日期", "开始", "届初", "任期开始"}, need: true, width: 14, hint: "如 2026-07-08。", example: "2026-07-08"},
		{name: colEnds, also: []string{"截止日期", "结束", "届满日期", "任期结束"}, need: true, width: 14, hint: "如 2031-07-07。", example: "2031-07-07"},
	}}
}

func delegationLayout() *layout {
	return &layout{sheetDelegations, []string{"代表团表"}, []column{
		{name: colTerm, also: []string{"届", "届别", "届次名称"}, width: 44, hint: "只有一届时可以留空。", example: "中国共产党临江区第十三次代表大会"},
		{name: colName, also: []string{"代表团", "代表团名称"}, need: true, width: 30, hint: "代表团的名称。", example: "和平街道代表团"},
	}}
}

func organisationLayout() *layout {
	return &layout{sheetOrganisations, []string{"组织", "党组织表", "党组织名册"}, []column{
		{name: colName, also: []string{"党组织", "党组织名称", "组织名称"}, need: true, width: 44, hint: "党组织全称。", example: "中共临江区和平街道工作委员会"},
		{name: colKind, also: []string{"类型", "组织类别", "党组织类别"}, need: true, choices: organisationWords, width: 10, hint: "党委、党总支或党支部。", example: "党委"},
		{name: colArea, also: []string{"区域", "所在区域", "隶属区域"}, need: true, width: 24, hint: hintPlace, example: "和平街道"},
		{name: colParent, also: []string{"上级组织", "上级"}, width: 44, hint: "上一级党组织的名称；没有就留空。", example: "中国共产党临江区委员会"},
	}}
}

func electingLayout() *layout {
	return &layout{sheetElecting, []string{"选举单位表"}, []column{
		{name: colName, also: []string{"选举单位", "选举单位名称"}, need: true, width: 36, hint: "选举单位的名称。", example: "和平街道党员代表会议"},
		{name: colArea, also: []string{"区域", "所在区域", "隶属区域"}, need: true, width: 24, hint: hintPlace, example: "和平街道"},
		{name: colOrganisation, also: []string{"所属党组织", "党组织名称"}, width: 44, hint: "选举单位所属的党组织；没有就留空。", example: "中共临江区和平街道工作委员会"},
	}}
}

func unitLayout() *layout {
	return &layout{sheetUnits, []string{"承办部门", "承办单位表", "单位"}, []column{
		{name: colName, also: []string{"承办单位", "单位名称", "承办单位名称", "部门名称"}, need: true, width: 28, hint: "承办单位的名称。", example: "区城管局"},
		{name: colArea, also: []string{"区域", "所在区域", "隶属区域"}, need: true, width: 24, hint: hintPlace, example: "临江区"},
		{name: colDuty, also: []string{"职能", "主要职责", "承办范围"}, width: 60, hint: "办理哪些事，群众看得到。", example: "市容环境、垃圾清运、占道经营。"},
		{name: colLine, also: []string{"电话", "联系电话", "办公室电话", "值班电话"}, width: 20, hint: hintLine, example: "0571-83000101"},
		{name: colActive, also: []string{"是否启用"}, choices: activeWords, width: 10, hint: "启用或停用；停用后不能再交办给它。", example: "启用"},
	}}
}

func topicLayout() *layout {
	return &layout{sheetTopics, []string{"擅长事项", "话题", "事项表"}, []column{
		{name: colName, also: []string{"事项", "事项名称", "话题"}, need: true, width: 24, hint: "群众来信时选的事项。", example: "加装电梯"},
		{name: colSort, also: []string{"顺序", "次序"}, width: 8, hint: hintSort, example: "1"},
	}}
}

func studioLayout() *layout {
	return &layout{sheetStudios, []string{"代表工作室", "党代表工作室"}, []column{
		{name: colName, also: []string{"工作室", "工作室名称"}, need: true, width: 30, hint: "工作室的名称。", example: "和平街道党代表工作室"},
		{name: colArea, also: []string{"区域", "所在区域", "隶属区域"}, need: true, width: 24, hint: hintPlace, example: "和平街道"},
		{name: colAddress, also: []string{"详细地址", "工作室地址"}, width: 44, hint: "群众可以找到的地址。", example: "建设路66号和平党群服务中心一楼"},
		{name: colLine, also: []string{"电话", "联系电话", "工作室电话"}, width: 20, hint: hintLine, example: "0571-82000202"},
	}}
}

func seatLayout() *layout {
	return &layout{sheetSeats, []string{"党代表", "代表名册", "代表名单", "党代表名册", "党代表名单", "代表花名册", "花名册", "名册", "代表信息", "代表信息表"}, []column{
		{name: colCode, also: []string{"编号", "代表证号", "代表证编号", "证号"}, width: 12, hint: "可不填。有同届同选举单位同姓名的两位代表时，用它区分；填了就不要再变。", example: "13-001"},
		{name: colPerson, also: []string{"代表姓名", "名字", "代表"}, need: true, width: 14, hint: "生僻字原样填写；少数民族姓名用“·”分开。", example: "张三"},
		{name: colSex, choices: sexWords, width: 8, hint: "男或女。", example: "女"},
		{name: colBorn, also: []string{"出生年月", "出生日期", "出生年月日", "生日", "出生"}, width: 12, hint: "只保存年份；写年月日也可以。", example: "1984"},
		{name: colTerm, also: []string{"届", "届别", "所属届次"}, width: 30, hint: "只有一届，或是当前这一届时可以留空。", example: "中国共产党临江区第十三次代表大会"},
		{name: colElecting, also: []string{"选举单位名称", "所属选举单位"}, need: true, width: 30, hint: "要与“选举单位”工作表或系统里的名称一致。", example: "和平街道党员代表会议"},
		{name: colDelegation, also: []string{"所在代表团", "所属代表团", "代表团名称"}, width: 22, hint: "要与“代表团”工作表或系统里的名称一致。", example: "和平街道代表团"},
		{name: colHome, also: []string{"所属区域", "区域", "所在社区", "所在街道"}, width: 20, hint: "留空时用选举单位的区域。" + hintPlace, example: "和平街道/建设社区"},
		{name: colServes, also: []string{"联系社区", "服务区域", "联系的区域", "联系点"}, width: 30, hint: "代表联系哪些区域的群众，多个用“；”分开；新代表留空时用所在区域。", example: "建设社区；和平里社区"},
		{name: colStudio, also: []string{"代表工作室", "所在工作室"}, width: 26, hint: "要与“工作室”工作表或系统里的名称一致。", example: "和平街道党代表工作室"},
		{name: colComposition, also: []string{"代表构成", "构成", "代表类别", "类别", "代表结构"}, choices: compositionWords, width: 18, hint: "四类之一。", example: "专业技术人员"},
		{name: colField, also: []string{"领域", "行业", "所属领域", "行业领域", "专业领域"}, width: 16, hint: "如 基础教育、医疗卫生。", example: "基础教育"},
		{name: colPost, also: []string{"现任职务", "单位及职务", "工作单位及职务", "单位职务", "工作单位职务", "现任单位及职务", "职务职称"}, width: 26, hint: "可以写单位及职务。", example: "副校长"},
		{name: colEmployer, also: []string{"单位", "所在单位", "现工作单位"}, width: 26, hint: "工作单位的名称。", example: "建设路第二小学"},
		{name: colTopics, also: []string{"事项", "擅长领域", "擅长", "话题", "关注事项"}, width: 26, hint: "能帮上忙的事项，多个用“；”分开；要与“事项”工作表或系统里的名称一致。", example: "教育入学；文体活动"},
		{name: colIntroduction, also: []string{"简介", "个人介绍", "代表简介", "自我介绍"}, width: 60, hint: "不超过 2000 字，群众看得到。", example: "当了十八年班主任，现在分管招生和课后服务。"},
		{name: colLine, also: []string{"办公室电话", "单位电话", "座机"}, width: 20, hint: hintLine + "不要填代表的手机。", example: "0571-86000112"},
		{name: colState, also: []string{"状态", "代表状态", "履职状态"}, choices: stateWords, width: 10, hint: "新代表留空时为“履职”。终止资格和届满不在这里办理。", example: "履职"},
	}}
}

// privates are columns with what must not be kept; a warning says so.
var privates = []string{
	"手机", "手机号", "手机号码", "移动电话", "联系电话", "电话", "电话号码", "联系方式", "本人电话", "个人电话",
	"身份证", "身份证号", "身份证号码", "公民身份号码", "证件号码", "家庭住址", "住址", "家庭地址", "微信", "微信号", "邮箱", "电子邮箱",
}

// strangers are columns that many rosters have and this one has no use for.
var strangers = []string{"序号", "备注", "民族", "籍贯", "学历", "学位", "入党时间", "入党日期", "参加工作时间", "政治面貌", "党龄", "年龄", "照片", "职称", "文化程度", "全日制学历"}
