// Typed calls over our own description of the API: a wrong path, field or value
// does not compile. Mini-programs have no Request, so this stands on uni.request.
import type { components, paths } from './schema'
import { send, type Method } from './send'

export type Schema = components['schemas']

type Verb = 'get' | 'post' | 'put' | 'delete'
type PathsWith<K extends Verb> = { [P in keyof paths]: paths[P] extends { [k in K]: { responses: unknown } } ? P : never }[keyof paths]
type Operation<P extends keyof paths, K extends Verb> = paths[P] extends { [k in K]: infer O } ? O : never
type Json<R> = R extends { content: { 'application/json': infer T } } ? T : undefined
type Answer<O> = O extends { responses: infer R } ? (R extends { 200: infer T } ? Json<T> : R extends { 201: infer T } ? Json<T> : undefined) : never
type BodyOf<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: Omit<B, '$schema'> } : { body?: undefined }
type QueryOf<O> = O extends { parameters: { query: infer Q } } ? { query: Q } : O extends { parameters: { query?: infer Q } } ? { query?: Q } : { query?: undefined }
type PathOf<O> = O extends { parameters: { path: infer T } } ? { path: T } : { path?: undefined }
type Options<O> = BodyOf<O> & QueryOf<O> & PathOf<O> & { key?: string; bare?: boolean }
/** Options may be left out where nothing in them is needed. */
type Rest<O> = object extends Options<O> ? [options?: Options<O>] : [options: Options<O>]

function caller<K extends Verb>(verb: K) {
  return async <P extends PathsWith<K>>(path: P, ...[options]: Rest<Operation<P, K>>): Promise<Answer<Operation<P, K>>> => {
    const o = (options ?? {}) as { body?: unknown; query?: Record<string, unknown>; path?: Record<string, unknown>; key?: string; bare?: boolean }
    const address = String(path).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(o.path?.[name] ?? '')))
    const method = verb.toUpperCase() as Method
    return (await send({ method, path: address + queryText(o.query), body: o.body, key: o.key, bare: o.bare })) as Answer<Operation<P, K>>
  }
}

/** A query as it stands in an address, without what is empty; '' when nothing is left. */
export function queryText(query: Record<string, unknown> = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return parts.length === 0 ? '' : '?' + parts.join('&')
}

export const api = { get: caller('get'), post: caller('post'), put: caller('put'), delete: caller('delete') }
