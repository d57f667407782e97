// The kinds of records beside the representatives: what a list shows, what a form
// asks, and where both are kept.
import { api, take, type Schema } from '../../api/client'
import type { Ask } from './form'
import {
  areaChoices, areaName, areaTree, organisationChoices, organisationName, ownAreaChoices, places, termChoices, termName, writableIn, type Choice,
} from './places'
import { bindingWords, levelWords, organisationWords } from './words'

export interface Rec {
  id: string
  revision: number
  name: string
  [field: string]: unknown
}

export interface Kind {
  /** What it is called, and what one record is called. */
  title: string
  one: string
  heads: string[]
  all: () => Rec[]
  cells: (r: Rec) => string[]
  asks: (r: Rec | null) => Ask[]
  blank: () => Record<string, unknown>
  writable: (r: Rec | null) => boolean
  add: (body: never) => Promise<unknown>
  change: (id: string, revision: number, body: never) => Promise<unknown>
  /** How far a name is set in, for a tree. */
  depth?: (r: Rec) => number
}

const nothing: Choice = { id: '', words: '没有' }
const rec = (all: unknown[] | undefined) => (all ?? []) as Rec[]
const word = (value: unknown) => String(value ?? '')
const inAreas = (r: Rec | null) => (r ? writableIn(word(r.area_id)) : ownAreaChoices.value.length > 0)
const everywhere = () => places.value?.everywhere ?? false
const choices = (words: Record<string, string>): Choice[] => Object.entries(words).map(([id, w]) => ({ id, words: w }))
const name = (most: number): Ask => ({ name: 'name', label: '名称', kind: 'line', most, must: true, wide: true })
const area: Ask = { name: 'area_id', label: '所属区域', kind: 'search', must: true }
const line: Ask = { name: 'office_line', label: '办公电话', kind: 'line', most: 32, hint: '单位的座机，对外公开。' }
const sort: Ask = { name: 'sort', label: '排序', kind: 'number', hint: '数字小的在前。' }
const at = (id: string, revision: number) => ({ params: { path: { id }, query: { revision } } })

function parents(r: Rec | null): Choice[] {
  if (r && r.level !== 'community') return areaChoices.value.filter((c) => c.id === r.parent_id)
  return areaTree.value.filter(({ area: a }) => (r ? a.level === 'street' : a.level !== 'community') && a.writable).map(({ area: a, depth }) => ({ id: a.id, words: '　'.repeat(depth) + a.name }))
}

export const kinds: Record<string, Kind> = {
  areas: {
    title: '区域', one: '区域', heads: ['名称', '级别', '排序', '门牌号'],
    all: () => areaTree.value.map(({ area: a, depth }) => ({ ...a, depth })) as unknown as Rec[],
    cells: (r) => [r.name, levelWords[word(r.level)] ?? '', word(r.sort || ''), (r.addresses as unknown[]).length ? `${(r.addresses as unknown[]).length} 段` : ''],
    asks: (r) => [
      name(60),
      ...(r?.level === 'district' ? [] : [{ name: 'parent_id', label: '上级区域', kind: 'choice', must: true, choices: parents(r), shut: r !== null && r.level !== 'community', hint: r?.level === 'community' ? '改到另一个街道时，这里的代表、来信、单位和权限一起改。' : undefined } satisfies Ask]),
      sort,
      { name: 'centre', label: '坐标', kind: 'line', most: 64, hint: '中心的“纬度,经度”，如 30.27415,120.15515；群众按手机位置找社区时用。' },
      ...(r === null || r.level === 'community' ? [{ name: 'addresses', label: '门牌号', kind: 'addresses' } satisfies Ask] : []),
    ],
    blank: () => ({ name: '', parent_id: '', sort: 0, centre: '', addresses: [] }),
    writable: (r) => (r ? r.writable === true : ownAreaChoices.value.length > 0),
    add: (body: Schema['RosterAreaForm']) => take(api.POST('/api/v1/staff/roster/areas', { body })),
    change: (id, revision, body: Schema['RosterAreaForm']) => take(api.PUT('/api/v1/staff/roster/areas/{id}', { ...at(id, revision), body: { ...{ parent_id: '', addresses: [] }, ...(body as Schema['RosterAreaForm']) } })),
    depth: (r) => r.depth as number,
  },
  organisations: {
    title: '党组织', one: '党组织', heads: ['名称', '类别', '所属区域', '上级党组织'],
    all: () => rec(places.value?.organisations),
    cells: (r) => [r.name, organisationWords[word(r.kind)] ?? '', areaName(word(r.area_id)), organisationName(word(r.parent_id))],
    asks: (r) => [
      name(120), { name: 'kind', label: '类别', kind: 'choice', must: true, choices: choices(organisationWords) }, { ...area, choices: ownAreaChoices.value },
      { name: 'parent_id', label: '上级党组织', kind: 'search', choices: organisationChoices.value.filter((c) => c.id !== r?.id) },
    ],
    blank: () => ({ name: '', kind: 'branch', area_id: '', parent_id: '' }),
    writable: inAreas,
    add: (body: Schema['RosterOrganisationForm']) => take(api.POST('/api/v1/staff/roster/organisations', { body })),
    change: (id, revision, body: Schema['RosterOrganisationForm']) => take(api.PUT('/api/v1/staff/roster/organisations/{id}', { ...at(id, revision), body })),
  },
  'electing-units': {
    title: '选举单位', one: '选举单位', heads: ['名称', '所属区域', '党组织'],
    all: () => rec(places.value?.electing_units),
    cells: (r) => [r.name, areaName(word(r.area_id)), organisationName(word(r.organisation_id))],
    asks: () => [name(120), { ...area, choices: ownAreaChoices.value }, { name: 'organisation_id', label: '党组织', kind: 'search', choices: organisationChoices.value }],
    blank: () => ({ name: '', area_id: '', organisation_id: '' }),
    writable: inAreas,
    add: (body: Schema['RosterElectingUnitForm']) => take(api.POST('/api/v1/staff/roster/electing-units', { body })),
    change: (id, revision, body: Schema['RosterElectingUnitForm']) => take(api.PUT('/api/v1/staff/roster/electing-units/{id}', { ...at(id, revision), body })),
  },
  units: {
    title: '承办单位', one: '承办单位', heads: ['名称', '所属区域', '职责', '办公电话', '状态', '经办人'],
    all: () => rec(places.value?.units),
    cells: (r) => [
      r.name, areaName(word(r.area_id)), word(r.duty), word(r.office_line), r.active ? '启用' : '停用',
      [r.officers ? `${r.officers as number} 人` : '', r.binding === 'bound' ? '' : bindingWords(r as unknown as { binding: string; until?: string })].filter(Boolean).join('，'),
    ],
    asks: () => [
      name(120), { ...area, choices: ownAreaChoices.value }, line, { name: 'duty', label: '职责', kind: 'long', most: 500, wide: true, hint: '办理哪些事，群众看得到。' },
      { name: 'active', label: '启用', kind: 'check', hint: '停用后不能再交办给它，已交办的照常办理。' },
    ],
    blank: () => ({ name: '', area_id: '', duty: '', office_line: '', active: true }),
    writable: inAreas,
    add: (body: Schema['RosterUnitForm']) => take(api.POST('/api/v1/staff/roster/units', { body })),
    change: (id, revision, body: Schema['RosterUnitForm']) => take(api.PUT('/api/v1/staff/roster/units/{id}', { ...at(id, revision), body })),
  },
  studios: {
    title: '工作室', one: '工作室', heads: ['名称', '所属区域', '地址', '办公电话'],
    all: () => rec(places.value?.studios),
    cells: (r) => [r.name, areaName(word(r.area_id)), word(r.address), word(r.office_line)],
    asks: () => [name(120), { ...area, choices: ownAreaChoices.value }, line, { name: 'address', label: '地址', kind: 'line', most: 200, wide: true, hint: '群众可以找到的地址。' }],
    blank: () => ({ name: '', area_id: '', address: '', office_line: '' }),
    writable: inAreas,
    add: (body: Schema['RosterStudioForm']) => take(api.POST('/api/v1/staff/roster/studios', { body })),
    change: (id, revision, body: Schema['RosterStudioForm']) => take(api.PUT('/api/v1/staff/roster/studios/{id}', { ...at(id, revision), body })),
  },
  terms: {
    title: '届次', one: '届次', heads: ['名称', '开始', '结束'],
    all: () => rec(places.value?.terms),
    cells: (r) => [r.name, word(r.starts_on), word(r.ends_on)],
    asks: () => [name(60), { name: 'starts_on', label: '开始日期', kind: 'date', must: true }, { name: 'ends_on', label: '结束日期', kind: 'date', must: true }],
    blank: () => ({ name: '', starts_on: '', ends_on: '' }),
    writable: everywhere,
    add: (body: Schema['RosterTermForm']) => take(api.POST('/api/v1/staff/roster/terms', { body })),
    change: (id, revision, body: Schema['RosterTermForm']) => take(api.PUT('/api/v1/staff/roster/terms/{id}', { ...at(id, revision), body })),
  },
  delegations: {
    title: '代表团', one: '代表团', heads: ['名称', '届次'],
    all: () => rec(places.value?.delegations),
    cells: (r) => [r.name, termName(word(r.term_id))],
    asks: (r) => [name(60), { name: 'term_id', label: '届次', kind: 'choice', must: true, choices: termChoices.value, shut: r !== null }],
    blank: () => ({ name: '', term_id: termChoices.value.at(-1)?.id ?? '' }),
    writable: everywhere,
    add: (body: Schema['RosterDelegationForm']) => take(api.POST('/api/v1/staff/roster/delegations', { body })),
    change: (id, revision, body: Schema['RosterDelegationForm']) => take(api.PUT('/api/v1/staff/roster/delegations/{id}', { ...at(id, revision), body })),
  },
  topics: {
    title: '事项', one: '事项', heads: ['名称', '排序'],
    all: () => rec(places.value?.topics),
    cells: (r) => [r.name, word(r.sort || '')],
    asks: () => [name(30), sort],
    blank: () => ({ name: '', sort: 0 }),
    writable: everywhere,
    add: (body: Schema['RosterTopicForm']) => take(api.POST('/api/v1/staff/roster/topics', { body })),
    change: (id, revision, body: Schema['RosterTopicForm']) => take(api.PUT('/api/v1/staff/roster/topics/{id}', { ...at(id, revision), body })),
  },
}

export { nothing }
