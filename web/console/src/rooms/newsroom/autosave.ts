// Saves an article while it is written: first on this device, then at the server,
// a moment after the last key and at least every ten seconds. When the line is
// lost it goes on when it is there again; when somebody else saved meanwhile
// nothing is overwritten, and both texts are kept.
import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { api, take } from '../../api/client'
import { problemOf, type Problem } from '../../api/problem'
import { same, useKept, type Text } from './kept'
import type { Measure, Whole } from './words'

export type Standing = 'saved' | 'writing' | 'saving' | 'offline' | 'refused' | 'conflict'

interface Desk {
  article: Whole
  /** The text as it stands in the form. */
  collect: () => Text
  /** Is given the article as it is now, when it is no draft any more. */
  moved: (now: Whole) => void
  /** Is told what the server took out, and how large the rest is. */
  saved: (changed: string[], measure: Measure, body: string, revision: number) => void
}

const pause = 1500
const longest = 10_000

export function useAutosave(desk: Desk) {
  const id = desk.article.id
  const kept = useKept('article', id)
  const standing = ref<Standing>('saved')
  const savedAt = ref('')
  const problem = shallowRef<Problem | null>(null)
  /** What somebody else saved, while there is a decision to make. */
  const theirs = shallowRef<Whole | null>(null)
  const noRoom = ref(false)
  let revision = desk.article.revision
  let changes = 0
  let since = 0
  let waits = 0
  let saving: Promise<void> | undefined
  let sendTimer = 0
  let keepTimer = 0

  function keep(): void {
    window.clearTimeout(keepTimer)
    keepTimer = 0
    if (standing.value !== 'saved') noRoom.value = !kept.write({ revision, text: desk.collect(), at: new Date().toISOString() })
  }

  /** Something was written. */
  function touch(): void {
    changes++
    if (standing.value === 'saved' || standing.value === 'refused') {
      standing.value = 'writing'
      since = Date.now()
    }
    keepTimer ||= window.setTimeout(keep, 400)
    if (standing.value === 'writing') plan(Math.max(0, Math.min(pause, since + longest - Date.now())))
  }
  function plan(ms: number): void {
    window.clearTimeout(sendTimer)
    sendTimer = window.setTimeout(() => void save(), ms)
  }

  /** Saves what is not saved yet. Afterwards the standing says how it went. */
  async function save(): Promise<void> {
    window.clearTimeout(sendTimer)
    while (saving) await saving
    if (standing.value === 'saved' || standing.value === 'conflict') return
    keep()
    saving = send().finally(() => (saving = undefined))
    return saving
  }

  async function send(): Promise<void> {
    const mine = changes
    standing.value = 'saving'
    try {
      const done = await take(api.PUT('/api/v1/staff/articles/{id}/draft', { params: { path: { id } }, body: { revision, ...desk.collect() } }))
      revision = done.revision
      savedAt.value = new Date().toISOString()
      problem.value = null
      waits = 0
      desk.saved(done.changed, done.measure, done.body, revision)
      if (mine === changes) {
        standing.value = 'saved'
        kept.forget()
      } else {
        standing.value = 'writing'
        since = Date.now()
        keep()
        plan(pause)
      }
    } catch (e) {
      await failed(problemOf(e))
    }
  }

  async function failed(p: Problem): Promise<void> {
    problem.value = p
    if (p.status === 409) return overtaken(p)
    if (p.status === 0 || p.status === 429 || p.status >= 500) {
      standing.value = 'offline'
      plan(Math.max(p.retryAfter * 1000, Math.min(30_000, 2000 * 2 ** waits++)))
      return
    }
    standing.value = 'refused'
  }

  /** Somebody saved meanwhile, or the article is no draft any more. */
  async function overtaken(p: Problem): Promise<void> {
    try {
      const now = await take(api.GET('/api/v1/staff/articles/{id}', { params: { path: { id } } }))
      standing.value = 'conflict'
      problem.value = p
      if (now.acts.includes('write') && now.revision !== revision) {
        theirs.value = now
        return
      }
      layAside()
      desk.moved(now)
    } catch (e) {
      await failed(problemOf(e))
    }
  }

  /** One's own text counts: it is saved upon theirs, of which a version is kept. */
  async function keepMine(): Promise<void> {
    revision = theirs.value!.revision
    theirs.value = null
    problem.value = null
    standing.value = 'writing'
    await save()
  }

  function layAside(): void {
    useKept('aside', id).write({ revision, text: desk.collect(), at: new Date().toISOString() })
    kept.forget()
  }

  /** Theirs counts: one's own is laid aside on this device. */
  function takeTheirs(): Whole {
    const now = theirs.value!
    layAside()
    revision = now.revision
    theirs.value = null
    problem.value = null
    standing.value = 'saved'
    return now
  }

  /** What an earlier visit left here and the server has not got. */
  function left(now: Text): Text | null {
    const found = kept.read()
    if (!found || same(found.text, now)) {
      kept.forget()
      return null
    }
    if (found.revision !== revision) theirs.value = desk.article
    standing.value = theirs.value ? 'conflict' : 'writing'
    return found.text
  }

  const leaving = () => keep()
  const online = () => standing.value === 'offline' && void save()
  onMounted(() => {
    window.addEventListener('pagehide', leaving)
    window.addEventListener('online', online)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('pagehide', leaving)
    window.removeEventListener('online', online)
    keep()
    window.clearTimeout(sendTimer)
    if (standing.value === 'writing') void save()
  })
  return { standing, savedAt, problem, theirs, noRoom, touch, save, keepMine, takeTheirs, left }
}
