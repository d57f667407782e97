// How pictures leave: as forms, through the same door as everything else. The
// token stands in the header and in no address.
import { Problem } from './problem'
import { server, settle, type Got } from './send'

export interface Uploaded {
  id: string
  width: number
  height: number
  url: string
  thumb_url: string
  state: 'checking' | 'shown' | 'held' | 'refused'
}

/** A photograph over a weak line takes its time. */
const longest = 120_000

/**
 * Uploads a picture that lies at a path of the phone. Under the same key it is
 * taken in once. Told hears how far it is, in per cent. Throws a Problem.
 */
export async function upload(path: string, key: string, told: (percent: number) => void): Promise<Uploaded> {
  const data = await settle({ attempt: (token) => once(path, key, token, told), bare: false, repeats: (token) => token !== '' })
  return data as Uploaded
}

function once(path: string, key: string, token: string, told: (percent: number) => void): Promise<Got | undefined> {
  const header: Record<string, string> = { Accept: 'application/json', 'Idempotency-Key': key }
  if (token !== '') header.Authorization = `Bearer ${token}`
  told(0)
  return new Promise((done, bad) => {
    const task = uni.uploadFile({
      url: server + '/api/v1/pictures',
      filePath: path,
      name: 'file',
      header,
      timeout: longest,
      success: (r) => {
        try {
          done(gotOf(r as unknown as Got & { data: string }))
        } catch (e) {
          bad(e)
        }
      },
      fail: () => done(undefined),
    })
    task.onProgressUpdate((r) => told(r.progress))
  })
}

/** The answer to an upload comes as text. */
function gotOf(r: Got & { data: string }): Got {
  let data: unknown
  try {
    data = JSON.parse(r.data)
  } catch {
    // What stands before the server, such as a proxy, answers in its own words.
    if (r.statusCode < 300) throw new Problem(r.statusCode, 'unexpected', '图片没有传上去，请再试一次。')
  }
  return { statusCode: r.statusCode, data, header: r.header ?? {} }
}
