// The API, typed by its own description (schema.d.ts, made by npm run api).
import createClient from 'openapi-fetch'
import { Problem } from './problem'
import type { components, paths } from './schema'
import { send } from './send'

export const api = createClient<paths>({ fetch: (request) => send(request) })

/** The same without the door: for renewing the session that the door waits for. */
export const bare = createClient<paths>()

export type Schema = components['schemas']

/** Waits for an answer and gives what is in it. Throws a Problem. */
export async function take<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked
  if (!response.ok || error !== undefined) throw Problem.of(response, error)
  return data as T
}
