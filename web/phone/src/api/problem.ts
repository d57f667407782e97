// What went wrong, in the words that the server gave for the person (RFC 9457).

export interface Told {
  detail?: string
  code?: string
  request_id?: string
  errors?: { field: string; message: string }[]
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  /** What is wrong with which field, by the field's name. */
  readonly fields: Record<string, string>
  /** Seconds after which trying again makes sense; 0 when the server said nothing. */
  readonly retryAfter: number

  constructor(status: number, code: string, detail: string, more: { fields?: Record<string, string>; retryAfter?: number } = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.fields = more.fields ?? {}
    this.retryAfter = more.retryAfter ?? 0
  }

  /** Whether nothing is known of what became of the request. */
  get offline(): boolean {
    return this.code === 'offline'
  }

  /** Whether the server has said no: nothing was done. Of what broke on the way, or within the server, nobody knows. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500
  }

  static of(status: number, told: unknown, retryAfter = 0): Problem {
    const p = (typeof told === 'object' && told !== null ? told : {}) as Told
    const fields: Record<string, string> = {}
    for (const e of p.errors ?? []) {
      const name = e.field.replace(/^body\./, '')
      fields[name] = fields[name] ?? e.message
    }
    const words = p.detail ?? '系统没有给出说明，请稍后再试。'
    // What broke in the server is found there by this number, which people are asked to tell.
    const number = p.code === 'internal' && p.request_id ? `（请求编号 ${p.request_id}）` : ''
    return new Problem(status, p.code ?? 'unknown', words + number, { fields, retryAfter })
  }
}

/** Makes a Problem of whatever was thrown, so that a page has one kind to show. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  console.error(thrown)
  return new Problem(0, 'unexpected', '页面出了意外，请返回后重试。')
}
