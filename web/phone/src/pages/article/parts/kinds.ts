// What the kinds of articles are called.
import type { Schema } from '../../../api/call'

export type Kind = Schema['OpenArticleView']['kind']

export const kinds: Record<Kind, string> = { news: '动态', case_story: '典型案例', guide: '知识', notice: '公告' }
