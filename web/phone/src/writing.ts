// The way to writing. What a representative can do, and where other matters go, is
// shown once before the first letter; after that the way is straight.
import { area } from './area'
import { keep, kept } from './drawer'
import { go } from './go'

const keptAt = 'lianxin.door'

export const doorSeen = () => kept<boolean>(keptAt) ?? false

export function seeDoor(): void {
  keep(keptAt, true)
}

/** Opens writing to a representative, through the front door the first time. */
export function writeTo(representative: string, topic = ''): void {
  const query = { to: representative, area: area.here?.id, topic }
  go(doorSeen() ? 'pages/message/write' : 'pages/door/index', query)
}

/** Under which name the draft of a letter to a representative is kept. */
export const letterTo = (representative: string) => 'letter.' + representative
