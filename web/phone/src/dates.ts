// Days and times as people read them. The server tells all times in the time of
// Shanghai; they are cut from its words, for not every WeChat knows time zones.

const shanghai = 8 * 3600_000

function local(at: string): string {
  return at.endsWith('+08:00') ? at : new Date(new Date(at).getTime() + shanghai).toISOString()
}

/** "11月26日", with the year when it is not this one. */
export function dayOf(at: string): string {
  const text = local(at)
  const day = `${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日`
  const year = text.slice(0, 4)
  return year === new Date(Date.now() + shanghai).toISOString().slice(0, 4) ? day : `${year}年${day}`
}

/** "11月26日 15:07" */
export function momentOf(at: string): string {
  return `${dayOf(at)} ${local(at).slice(11, 16)}`
}
