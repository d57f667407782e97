// A letter while it is written, and how it is sent once.
import { api, type Schema } from './api/call'
import { problemOf, type Problem } from './api/problem'
import { newKey } from './api/send'
import { sendPicture, type Kept } from './pictures'

export interface Letter {
  /** Names the letter: sent again under it, it arrives once. */
  key: string
  body: string
  topic: string
  place: string
  name: string
  hideName: boolean
  handOver: boolean
  publish: boolean
  /** Written for somebody else. */
  behalf: boolean
  behalfName: string
  behalfPhone: string
  pictures: Kept[]
  /** It was under way, and nobody knows whether it arrived. */
  open: boolean
  /** Answers that are not about this matter, as the writer said. */
  skipped: string[]
}

export const emptyLetter = (): Letter => ({
  key: newKey(),
  body: '',
  topic: '',
  place: '',
  name: '',
  hideName: false,
  handOver: false,
  publish: false,
  behalf: false,
  behalfName: '',
  behalfPhone: '',
  pictures: [],
  open: false,
  skipped: [],
})

export type Sent = Schema['MessageviewThread']

/** Whether a letter with other words arrived under the key of this one. */
export const arrivedBefore = (problem: Problem): boolean => problem.fields['Idempotency-Key'] !== undefined

/**
 * Sends a letter: first the pictures that are not there yet, then the words. A
 * letter that was sent and not answered is sent under the same key. Throws a Problem.
 */
export async function sendLetter(to: string, letter: Letter): Promise<Sent> {
  try {
    return await attempt(to, letter)
  } catch (e) {
    const problem = problemOf(e)
    if (problem.fields.picture_ids === undefined || letter.pictures.length === 0) throw problem
    // Pictures that wait too long for their letter are thrown away: they go once more.
    letter.pictures = letter.pictures.map((p) => ({ kept: p.kept, key: newKey() }))
    return attempt(to, letter)
  }
}

async function attempt(to: string, letter: Letter): Promise<Sent> {
  for (const picture of letter.pictures) {
    const id = await sendPicture(picture)
    letter.pictures = letter.pictures.map((p) => (p.kept === picture.kept ? { ...p, id } : p))
  }
  letter.open = true
  try {
    return await api.post('/api/v1/messages', { body: bodyOf(to, letter), key: letter.key })
  } catch (e) {
    const problem = problemOf(e)
    if (problem.refused && !arrivedBefore(problem)) letter.open = false
    throw problem
  }
}

function bodyOf(to: string, letter: Letter) {
  return {
    representative_id: to,
    topic_id: letter.topic || undefined,
    body: letter.body.trim(),
    place: letter.place.trim() || undefined,
    name: letter.name.trim() || undefined,
    hide_name: letter.hideName || undefined,
    consent_hand_over: letter.handOver || undefined,
    consent_publish: letter.publish || undefined,
    picture_ids: letter.pictures.length > 0 ? letter.pictures.map((p) => p.id ?? '') : undefined,
    on_behalf: letter.behalf ? { name: letter.behalfName.trim(), phone: letter.behalfPhone.trim() || undefined } : undefined,
  }
}
