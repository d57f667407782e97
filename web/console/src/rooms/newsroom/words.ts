// What the newsroom calls things, and the types of its API.
import type { Schema } from '../../api/client'

export type Row = Schema['NewsroomRowView']
export type Whole = Schema['NewsroomWholeView']
export type Kind = Row['kind']
export type State = Row['state']
export type Door = Schema['NewsroomDoorView']
export type Measure = Schema['NewsroomMeasureView']

export const kinds: { kind: Kind; words: string }[] = [
  { kind: 'news', words: '动态' }, { kind: 'notice', words: '公告' }, { kind: 'guide', words: '知识' }, { kind: 'case_story', words: '典型案例' },
]
export const kindWords = (kind: Kind): string => kinds.find((k) => k.kind === kind)?.words ?? ''

/** In the order of an article's life. */
export const states: { state: State; words: string }[] = [
  { state: 'draft', words: '草稿' }, { state: 'in_review', words: '待审核' }, { state: 'returned', words: '已退回' }, { state: 'approved', words: '已通过' },
  { state: 'scheduled', words: '定时发布' }, { state: 'publishing', words: '发布中' }, { state: 'failed', words: '发布失败' }, { state: 'live', words: '已发布' },
  { state: 'corrected', words: '已更正' }, { state: 'withdrawn', words: '已撤下' },
]

export const causes: Record<Schema['NewsroomVersionRow']['cause'], string> = {
  autosave: '自动保存', submit: '提交审核', return: '退回', approve: '审核通过', publish: '发布', correct: '更正', restore: '恢复旧版', show: '请居民看过',
}

/** The doors that an article has begun to go through. */
export const begun = (doors: Door[]): Door[] => doors.filter((d) => d.state !== 'idle')
/** The doors that it will go through, while it waits. */
export const ahead = (r: Row): string => (r.state === 'approved' || r.state === 'scheduled' ? r.doors.filter((d) => d.wanted && d.state === 'idle').map((d) => d.name).join('、') : '')
