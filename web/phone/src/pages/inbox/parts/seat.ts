// The seat that this phone is bound to. Somebody may have sat on more than one over
// time; the one that serves now is meant.
import { Problem } from '../../../api/problem'
import { meet, notBound, type Me } from '../../../session/session'

export type Seat = Me['seats'][number]

const of = (me: Me): Seat | undefined => me.seats.find((s) => s.state === 'serving') ?? me.seats[0]

export async function mySeat(): Promise<Seat> {
  const seat = of(await meet()) ?? of(await meet(true))
  if (seat === undefined) throw new Problem(0, notBound, '这里是代表用的。您如果是代表，请先用联络办给的邀请码绑定。')
  return seat
}
