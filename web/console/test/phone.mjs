// What somebody does with the phone, by its API: signed in through the stand-in for WeChat.
import assert from 'node:assert/strict'

export class Phone {
  static async of(demo, name) {
    const phone = new Phone()
    phone.demo = demo
    const minted = await fetch(demo.simulator + '/simulator/login-codes', { method: 'POST', body: JSON.stringify({ account: 'mini', user: name }) })
    const { code } = await minted.json()
    phone.token = (await phone.ask('POST', '/sessions/wechat', { code })).token
    return phone
  }

  /** Asks, and gives status and answer, whatever they are. */
  async try(method, path, body) {
    const form = body instanceof FormData
    const response = await fetch(this.demo.app + '/api/v1' + path, {
      method, body: form ? body : body && JSON.stringify(body),
      headers: { ...(!form && { 'Content-Type': 'application/json' }), 'Idempotency-Key': crypto.randomUUID(), ...(this.token && { Authorization: `Bearer ${this.token}` }) },
    })
    const text = await response.text()
    return { status: response.status, body: text && JSON.parse(text) }
  }

  /** Asks for what must be done. */
  async ask(method, path, body) {
    const answer = await this.try(method, path, body)
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
}
