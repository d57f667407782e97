// Fetches a file through the one door and gives it to the browser to keep.
import { Problem } from './problem'
import { send } from './send'

/** Downloads what stands at an address of the API; whether there is more than the file could hold. Throws a Problem. */
export async function download(path: string, name: string): Promise<boolean> {
  const response = await send(new Request(path))
  if (!response.ok) throw Problem.of(response, await response.json().catch(() => null))
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has begun to keep it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  return response.headers.get('X-More') === 'true'
}
