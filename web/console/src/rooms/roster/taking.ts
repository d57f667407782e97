// An import under way. It belongs to the console and not to a screen: who goes to
// another room meanwhile finds it as it is, and what is being written is written.
import { computed, reactive } from 'vue'
import { api, take, type Schema } from '../../api/client'
import { problemOf, type Problem } from '../../api/problem'
import { send } from '../../api/send'
import { carrier } from '../../api/upload'

export type Row = Schema['RosterRowView']
export type Spot = Schema['RosterSpotView']

/** choose → checking → checked → writing → done */
interface Taking {
  step: 'choose' | 'checking' | 'checked' | 'writing' | 'done'
  file: File | null
  /** Which share of the file has left, from 0 to 1. */
  share: number
  preview: Schema['RosterPreviewView'] | null
  taken: Schema['RosterImportView'] | null
  problem: Problem | null
  /** The roster was changed since the preview. */
  stale: boolean
}

const nothing = (): Taking => ({ step: 'choose', file: null, share: 0, preview: null, taken: null, problem: null, stale: false })
export const taking = reactive<Taking>(nothing())

export const forget = (): void => void Object.assign(taking, nothing())

const sheetKind = 'application/octet-stream'
/** The file leaves as it is. A file that was changed on the disk meanwhile cannot be read any more. */
const upload = (file: File) => ({
  body: '', bodySerializer: () => file, headers: { 'Content-Type': sheetKind },
  fetch: (request: Request) => send(request, carrier((share) => (taking.share = share)), `roster.${file.name}.${file.lastModified}.${file.size}`),
})

/** Asks what importing a file would do. */
export async function check(file: File): Promise<void> {
  Object.assign(taking, nothing(), { step: 'checking', file })
  try {
    taking.preview = await take(api.POST('/api/v1/staff/roster/preview', { params: { query: { limit: 10_000, unchanged: true } }, ...upload(file) }))
    taking.step = 'checked'
  } catch (e) {
    taking.problem = problemOf(e)
    taking.step = 'choose'
  }
}

/** Writes what was agreed to, and nothing else. */
export async function write(): Promise<void> {
  if (taking.step !== 'checked' || !taking.file || !taking.preview) return
  Object.assign(taking, { step: 'writing', share: 0, problem: null })
  try {
    taking.taken = await take(api.POST('/api/v1/staff/roster/import', {
      params: { query: { basis: taking.preview.basis, name: taking.file.name } }, ...upload(taking.file),
    }))
    taking.step = 'done'
  } catch (e) {
    taking.problem = problemOf(e)
    taking.stale = taking.problem.status === 409
    taking.step = 'checked'
  }
}

/** What is wrong, by the row it is in; under '' what belongs to no row. */
export const mistakes = computed(() => {
  const found = new Map<string, Spot[]>()
  for (const spot of taking.preview?.problems ?? []) {
    const row = spot.cell.replace(/^[A-Z]+/, '')
    const at = row ? `${spot.sheet}!${row}` : ''
    found.set(at, [...(found.get(at) ?? []), spot])
  }
  return found
})
