// How the roster's values are said to people.
import { dayOf } from '../../parts/dates'

export const stateWords: Record<string, string> = { elected: '当选，待确认', serving: '履职', suspended: '暂停履职', ended: '已终止', term_over: '届满' }
export const sexWords: Record<string, string> = { '': '不填', male: '男', female: '女' }
export const compositionWords: Record<string, string> = { '': '不填', cadre: '各级领导干部', professional: '专业技术人员', model: '先进模范人物', military: '解放军和武警部队' }
export const organisationWords: Record<string, string> = { committee: '党委', general_branch: '党总支', branch: '党支部' }
export const parityWords = ['全部', '单号', '双号']
export const levelWords: Record<string, string> = { district: '区县', street: '街道', community: '社区' }

/** Where a seat or a unit stands with its WeChat. */
export function bindingWords(of: { binding: string; until?: string }): string {
  switch (of.binding) {
    case 'bound':
      return '已绑定'
    case 'invited':
      return of.until ? `已发码，${dayOf(of.until)}前有效` : '已发码'
    case 'expired':
      return '邀请码已过期'
  }
  return '未绑定'
}
