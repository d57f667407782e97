// Readers are counted by a number that the phone makes up each day and that says
// nothing of whose phone it is: opening an article again the same day counts nothing.
import { api } from '../../../api/call'
import { newKey } from '../../../api/send'
import { keep, kept } from '../../../drawer'

const origins = ['feed', 'wechat', 'share', 'story', 'follow'] as const
type Origin = (typeof origins)[number] | 'other'

const keptAt = 'lianxin.reader'
const dayLength = 24 * 3600_000
const shanghai = 8 * 3600_000

function tokenOfToday(): string {
  const day = Math.floor((Date.now() + shanghai) / dayLength)
  const before = kept<{ day: number; token: string }>(keptAt)
  if (before?.day === day) return before.token
  const token = newKey()
  keep(keptAt, { day, token })
  return token
}

/** Counts a reader. That it did not go through is nothing to tell a reader of. */
export function noteRead(id: string, from: string | undefined): void {
  const known: Origin = origins.find((o) => o === from) ?? 'other'
  api.post('/api/v1/articles/{id}/reads', { path: { id }, body: { token: tokenOfToday(), from: known }, bare: true }).catch((e: unknown) => console.info('reading not counted', e))
}
