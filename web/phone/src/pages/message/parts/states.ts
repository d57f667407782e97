// What a state means to the one who wrote: what happens next, and whose turn it is.
import type { Schema } from '../../../api/call'

export type Message = Schema['MessageviewThread']
export type State = Message['state']

const next: Record<State, string> = {
  submitted: '正在检查内容，一般只要几分钟，通过后就送到代表手里。',
  held: '机器拿不准，工作人员会看一看，再送到代表手里。',
  refused: '来信没有送出。您可以请人工再看一次。',
  screened: '马上送到代表手里。',
  delivered: '代表看到后，会先告诉您“收到了”。',
  acknowledged: '代表正在了解情况，会直接答复，或者转给能办的单位。',
  answered: '请看下面的答复，再告诉我们：事情解决了吗？',
  handed_over: '单位会决定是否接收；不接收时由代表继续办。',
  accepted: '单位已经接收，办好后在这里答复您。',
  handling: '单位正在办，办好后在这里答复您。',
  unit_answered: '请看下面的答复，再告诉我们：事情解决了吗？',
  confirmed: '您说过结果了。如果又出了问题，可以继续反映。',
  closed: '没有等到您的回话，按期办结了。没有解决的，可以继续反映。',
  out_of_scope: '这件事要到别处办，请看下面。您有不同意见，也可以提出来。',
  withdrawn: '您撤回了这封信，不再办理。',
}

export function nextOf(state: State): string {
  return next[state]
}

/** How a state looks: waiting for the writer, well ended, ended otherwise, or on its way. */
export function toneOf(state: State): 'plain' | 'good' | 'wait' | 'bad' {
  if (state === 'answered' || state === 'unit_answered') return 'wait'
  if (state === 'confirmed') return 'good'
  return state === 'refused' || state === 'out_of_scope' ? 'bad' : 'plain'
}

const open = new Set<State>(['held', 'delivered', 'acknowledged', 'answered', 'handed_over', 'accepted', 'handling', 'unit_answered', 'out_of_scope'])

/** Whether words can be added without a new round. */
export function takesMore(state: State): boolean {
  return open.has(state)
}

/** Whether somebody asked for consent to hand over and the writer has not said anything since. */
export function askedToHandOver(m: Message): boolean {
  if (m.consents.hand_over) return false
  const facts = m.facts.filter((f) => f.deed === 'ask_consent' || (f.deed === 'withdraw_consent' && f.note === 'hand_over'))
  return facts[facts.length - 1]?.deed === 'ask_consent' && takesMore(m.state)
}
