// Pictures that somebody picked: they stay on the phone until what they belong to
// was sent, over a lost line and a killed program, and each is sent once.
import { reactive } from 'vue'
import { problemOf, type Problem } from './api/problem'
import { newKey } from './api/send'
import { upload } from './api/upload'
import { platform } from './platform'

/** A picture in a draft. */
export interface Kept {
  /** Under which name the phone keeps it. */
  kept: string
  /** Names its upload, so that it is taken in once. */
  key: string
  /** What the server calls it, once it has it. */
  id?: string
}

export interface Way {
  percent: number
  problem: Problem | null
}

/** How far each is, by the name under which it is kept. */
export const ways: Record<string, Way> = reactive({})

/** Keeps a picked picture. */
export async function keepPicture(path: string): Promise<Kept> {
  return { kept: await platform.keep(path), key: newKey() }
}

const going = new Map<string, Promise<string>>()

/** Sends a picture and gives its id; asked for again meanwhile it is still sent once. Throws a Problem. */
export function sendPicture(picture: Kept): Promise<string> {
  if (picture.id) return Promise.resolve(picture.id)
  const under = going.get(picture.key)
  if (under !== undefined) return under
  const sent = sendAnew(picture).finally(() => going.delete(picture.key))
  going.set(picture.key, sent)
  return sent
}

async function sendAnew(picture: Kept): Promise<string> {
  const way = reactive<Way>({ percent: 0, problem: null })
  ways[picture.kept] = way
  try {
    const path = await platform.open(picture.kept)
    if (path === undefined) throw new Error('the picture is gone from the phone')
    return (await upload(path, picture.key, (percent) => (way.percent = percent))).id
  } catch (e) {
    way.problem = problemOf(e)
    throw way.problem
  }
}

/** Forgets pictures: what they belong to was sent, or they were taken out. */
export function dropPictures(pictures: Kept[]): void {
  for (const picture of pictures) {
    delete ways[picture.kept]
    platform.drop(picture.kept).catch((e: unknown) => console.warn('a picture was not dropped', e))
  }
}
