// What somebody writes is kept on this device until the server said yes: it
// outlives a reload, a closed window and a lost line.
import { session } from '../../session/session'

/** The text of an article, as it is saved. */
export interface Text {
  title: string
  digest: string
  body: string
  byline: string
  cover_id: string
  column_id: string
  representative_ids: string[]
}

export interface Kept {
  /** What the server had when this was written. */
  revision: number
  text: Text
  at: string
}

const place = (kind: string, id: string): string => `lianxin.${kind}.${session.kept?.person ?? ''}.${id}`

export function useKept(kind: 'article' | 'correction' | 'aside', id: string) {
  const at = place(kind, id)
  return {
    read(): Kept | null {
      try {
        return JSON.parse(localStorage.getItem(at) ?? 'null') as Kept | null
      } catch {
        return null // not ours any more
      }
    },
    /** False when the device has no room. */
    write(kept: Kept): boolean {
      try {
        localStorage.setItem(at, JSON.stringify(kept))
        return true
      } catch {
        return false
      }
    },
    forget: () => localStorage.removeItem(at),
  }
}

export const same = (a: Text, b: Text): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
const ordered = (t: Text) => [t.title.trim(), t.digest.trim(), t.body, t.byline.trim(), t.cover_id, t.column_id, [...t.representative_ids].sort()]
