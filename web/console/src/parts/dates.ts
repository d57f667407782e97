// Days and times as people read them, in the time of Shanghai whatever the
// browser's own.
const day = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', month: 'long', day: 'numeric' })
const year = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', year: 'numeric', month: 'long', day: 'numeric' })
const clock = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** "11月26日", with the year when it is not this one. */
export function dayOf(at: string): string {
  const date = new Date(at)
  return year.format(date).slice(0, 5) === year.format(new Date()).slice(0, 5) ? day.format(date) : year.format(date)
}

/** "11月26日 15:07" */
export function momentOf(at: string): string {
  return `${dayOf(at)} ${clock.format(new Date(at))}`
}
