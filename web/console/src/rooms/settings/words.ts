// What the rooms of the settings call things.
export const roleWords: Record<string, string> = {
  liaison_officer: '联络办',
  publicity_officer: '宣传',
  organisation_officer: '组织部门',
  guardian: '权利保障受理人',
  auditor: '审计',
  administrator: '系统管理员',
}
export type Role = 'liaison_officer' | 'publicity_officer' | 'organisation_officer' | 'guardian' | 'auditor' | 'administrator'

/** What a role lets people do, for whoever grants it. */
export const dutyWords: Record<string, string> = {
  liaison_officer: '看来信和期限，审核、改派、代为答复',
  publicity_officer: '写和发布文章，管理公众号',
  organisation_officer: '代表名册，处理提级的来信',
  guardian: '受理权利保障事项，看不到来信',
  auditor: '只读审计日志，依法查阅封存的来信',
  administrator: '账号、期限、任务和公众号设置，看不到来信内容',
}

export const clockWords: Record<string, { name: string; means: string; over: string }> = {
  screen_stall: { name: '内容检查', means: '自动检查没有结果时，多久转人工', over: '转人工审核' },
  human_check: { name: '人工审核', means: '转到人工的来信，联络办多久审完', over: '提醒联络办，再提级' },
  appeal: { name: '申请复核', means: '没有通过检查的来信，居民多久内可以申请复核', over: '不再受理' },
  first_touch: { name: '首次回应', means: '送达后，代表多久确认收到或答复', over: '提醒代表，再提级到联络办、组织部门' },
  hand_over: { name: '转交', means: '确认收到后，代表多久答复或转交承办单位', over: '提醒代表，再提级' },
  unit_accept: { name: '单位接收', means: '转交后，承办单位多久接收或退回', over: '提醒承办单位，再提级' },
  finish: { name: '办结', means: '接收后，承办单位多久办完', over: '提醒承办单位，再提级' },
  objection: { name: '提出异议', means: '告知另有去处后，居民多久内可以提出异议', over: '视为没有异议' },
  ask_solved: { name: '请居民评价', means: '答复后多久问居民解决了没有；7 天后再问一次', over: '自动办结' },
  story_answer: { name: '案例征求意见', means: '请当事人同意公开、看成稿时，多久内答复', over: '按不同意处理' },
  story_take_down: { name: '案例撤下', means: '当事人撤回授权后，多久在各渠道都撤下', over: '提醒宣传人员' },
}

export const countWords = { working: '个工作日', calendar: '天（自然日）' } as Record<string, string>

/** What a check says of one thing, and how it is shown. */
export const verdicts: Record<string, [words: string, tag: string]> = {
  ok: ['正常', 'good'], warn: ['注意', 'care'], fail: ['故障', 'bad'], skip: ['请自己核对', ''], unasked: ['还没核对', ''],
}
