// What a form asks. Values are kept as words, so that a draft of them outlives a
// reload; what was saved is told apart from what is being written by them.
import type { Choice } from './places'

export interface Ask {
  name: string
  label: string
  kind: 'line' | 'long' | 'number' | 'date' | 'choice' | 'search' | 'many' | 'check' | 'addresses'
  most?: number
  hint?: string
  must?: boolean
  choices?: Choice[]
  /** Cannot be changed any more. */
  shut?: boolean
  /** Stands across the whole form. */
  wide?: boolean
}

export type Words = Record<string, string>

export interface Address {
  road: string
  from: number
  to: number
  parity: number
}

export const listOf = <T>(words: string | undefined): T[] => JSON.parse(words || '[]') as T[]
export const wordsOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''))

/** The words of a record, for the fields that are asked. */
export function wordsFrom(asks: Ask[], record: Record<string, unknown>): Words {
  const words: Words = {}
  for (const a of asks) words[a.name] = a.kind === 'number' && record[a.name] === 0 ? '' : wordsOf(record[a.name])
  return words
}

/** The body of the request that the words stand for. */
export function bodyFrom(asks: Ask[], words: Words): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const a of asks) {
    const value = words[a.name] ?? ''
    if (a.kind === 'number') body[a.name] = Number(value) || 0
    else if (a.kind === 'check') body[a.name] = value === 'true'
    else if (a.kind === 'many' || a.kind === 'addresses') body[a.name] = listOf(value)
    else body[a.name] = value
  }
  return body
}

/** A value as people read it. */
export function shown(ask: Ask, value: string): string {
  if (ask.kind === 'check') return value === 'true' ? '是' : '否'
  if (ask.kind === 'many') return listOf<string>(value).map((id) => nameIn(ask, id)).join('、') || '（空）'
  if (ask.kind === 'addresses') return `${listOf(value).length} 段门牌号`
  return (ask.choices ? nameIn(ask, value) : value) || '（空）'
}
const nameIn = (ask: Ask, id: string) => ask.choices?.find((c) => c.id === id)?.words.trim() ?? ''
