// Sends a file through the one door and tells how far it is, which only the
// older kind of request of the browser knows.
import { api, take, type Schema } from './client'
import { send, type Carrier } from './send'

export const carrier = (told: (share: number) => void): Carrier => async (request) => {
  const body = await request.blob()
  return new Promise((answer, fail) => {
    const line = new XMLHttpRequest()
    line.open(request.method, request.url)
    request.headers.forEach((value, name) => line.setRequestHeader(name, value))
    line.upload.onprogress = (e) => e.lengthComputable && told(e.loaded / e.total)
    line.onload = () => {
      const headers = new Headers()
      for (const row of line.getAllResponseHeaders().trim().split(/\r?\n/)) headers.append(row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1).trim())
      answer(new Response(line.responseText, { status: line.status, headers }))
    }
    line.onerror = () => fail(new TypeError('the line broke'))
    line.send(body)
  })
}

/** Uploads a picture; tried again under the same name it is the same upload. Told hears which share of it has left. Throws a Problem. */
export const uploadPicture = (file: Blob, name: string, told: (share: number) => void): Promise<Schema['MediaPictureView']> =>
  take(api.POST('/api/v1/pictures', {
    body: '', bodySerializer: () => file, headers: { 'Content-Type': file.type || 'application/octet-stream' },
    fetch: (request) => send(request, carrier(told), name),
  }))
