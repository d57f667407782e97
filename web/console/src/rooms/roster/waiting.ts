// How many introductions that representatives wrote wait for this officer.
import { ref } from 'vue'
import { api, take } from '../../api/client'
import { may } from '../../session/session'

export const waiting = ref(0)

export async function countWaiting(): Promise<void> {
  if (!may('roster.write')) return
  const found = await take(api.GET('/api/v1/staff/roster/introductions', { params: { query: { limit: 1 } } })).catch(() => undefined)
  if (found) waiting.value = found.waiting
}
