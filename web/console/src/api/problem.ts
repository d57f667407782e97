// What went wrong, in the words that the server gave for the person (RFC 9457).

interface Told {
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
  readonly requestId: string

  constructor(status: number, code: string, detail: string, more: { fields?: Record<string, string>; retryAfter?: number; requestId?: string } = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.fields = more.fields ?? {}
    this.retryAfter = more.retryAfter ?? 0
    this.requestId = more.requestId ?? ''
  }

  static of(response: Response, told: unknown): Problem {
    const p = (typeof told === 'object' && told !== null ? told : {}) as Told
    const fields: Record<string, string> = {}
    for (const e of p.errors ?? []) {
      const name = e.field.replace(/^body\./, '')
      fields[name] ??= e.message
    }
    return new Problem(response.status, p.code ?? 'unknown', p.detail ?? '系统没有给出说明，请稍后再试。', {
      fields,
      retryAfter: secondsIn(response),
      requestId: p.request_id ?? response.headers.get('X-Request-Id') ?? '',
    })
  }
}

/** The seconds that an answer asks to wait. */
export function secondsIn(response: Response): number {
  const value = Number(response.headers.get('Retry-After'))
  return Number.isFinite(value) && value > 0 ? Math.ceil(value) : 0
}

/** Makes a Problem of whatever was thrown, so that a screen has one kind to show. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  console.error(thrown)
  return new Problem(0, 'unexpected', '页面出了意外，请刷新后重试。')
}
