// The deeds by which a writer adds words to a message.
export type More = 'supplement' | 'reopen' | 'object'

export function moreOf(text: string | undefined): More {
  return text === 'reopen' || text === 'object' ? text : 'supplement'
}
