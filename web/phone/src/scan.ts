// Scanning a code from inside the program: posters, answers, people, invitations.
import { go, say } from './go'
import { platform } from './platform'

/** What a scanned text leads to; undefined when it is none of ours. */
export function leadsTo(text: string): { page: string; query: Record<string, string> } | undefined {
  const scene = /[?&]scene=([^&#]+)/.exec(text)?.[1]
  if (scene !== undefined) return { page: 'pages/scene/index', query: { scene: decodeURIComponent(scene) } }
  const code = /pages\/check\/index\?(?:.*&)?code=([^&#]+)/.exec(text)?.[1]
  if (code !== undefined) return { page: 'pages/check/index', query: { code: decodeURIComponent(code) } }
  const invitation = invitationIn(text)
  if (invitation !== undefined) return { page: 'pages/me/invitation', query: { code: invitation } }
  const representative = /pages\/representative\/profile\?(?:.*&)?id=([^&#]+)/.exec(text)?.[1]
  return representative === undefined ? undefined : { page: 'pages/representative/profile', query: { id: representative } }
}

/** The code of a printed invitation; undefined when a text is none. */
export function invitationIn(text: string): string | undefined {
  const code = /pages\/me\/invitation\?(?:.*&)?code=([^&#]+)/.exec(text)?.[1]
  return code === undefined ? undefined : decodeURIComponent(code)
}

/** Scans, and goes where the code leads. */
export async function scan(): Promise<void> {
  const text = await platform.scan?.().catch(() => '') // closed without a code
  if (!text) return
  const way = leadsTo(text)
  if (way === undefined) say('这不是连心的二维码')
  else go(way.page, way.query)
}

const followed = new Set<string>()

/** Follows the scene of the code by which the program was opened, once: going back home does not follow it again. */
export function follow(scene: string): void {
  if (scene === '' || followed.has(scene)) return
  followed.add(scene)
  go('pages/scene/index', { scene })
}
