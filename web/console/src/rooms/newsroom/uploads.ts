// Pictures on their way to the server. A picture that is being sent stands in the
// text as upload:<key>; its address is known here once it has arrived.
import { reactive, ref } from 'vue'
import { problemOf } from '../../api/problem'
import { uploadPicture } from '../../api/upload'
import { cleanPicture, pictureOf } from './html/allowed'

export interface Upload {
  key: string
  file: Blob
  name: string
  share: number
  /** Where it is once it arrived, as articles keep it. */
  address: string
  /** Why it did not arrive. */
  wrong: string
}

let desks = 0
export function useUploads() {
  const all = reactive(new Map<string, Upload>())
  /** By the number of a picture, the link under which this browser may see it. */
  const links = new Map<string, string>()
  /** Counts the pictures that became known. */
  const known = ref(0)
  const desk = ++desks
  let count = 0

  async function start(key: string): Promise<void> {
    const up = all.get(key)!
    up.wrong = ''
    up.share = 0
    try {
      const picture = await uploadPicture(up.file, `${desk}.${key}`, (share) => (up.share = share))
      links.set(picture.id, picture.url)
      up.address = '/media/' + picture.id
    } catch (e) {
      const problem = problemOf(e)
      up.wrong = problem.fields.file ?? problem.message
    }
  }

  return {
    all,
    links,
    known,
    /** Begins to send a file; gives what stands for it in the text. */
    begin(file: Blob, name: string): string {
      const key = `upload:${++count}`
      all.set(key, { key, file, name, share: 0, address: '', wrong: '' })
      void start(key)
      return key
    },
    again: start,
    /** The address that is written for what stands in the text; '' while there is none. */
    addressOf: (src: string): string => (src.startsWith('upload:') ? (all.get(src)?.address ?? '') : src),
    /** Remembers the links that HTML from the server carries. */
    learn(given: string): void {
      const id = pictureOf(cleanPicture(given))
      if (!id || !given.includes('sig=')) return
      if (!links.has(id)) known.value++
      links.set(id, given)
    },
    /** The link under which a picture can be seen; '' when it cannot. */
    linkOf(src: string): string {
      const id = pictureOf(src.startsWith('upload:') ? (all.get(src)?.address ?? '') : src)
      return links.get(id) ?? ''
    },
    /** Whether some pictures have not arrived yet. */
    waiting: (): number => [...all.values()].filter((u) => u.address === '').length,
  }
}
export type Uploads = ReturnType<typeof useUploads>
