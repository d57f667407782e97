// Words for what the server tells in figures.
const days = ['一', '二', '三', '四', '五', '六', '日']

interface Hour {
  weekday: number
  opens: string
  closes: string
}

/** "星期一至星期五 09:00–11:30、14:00–17:00；星期六 09:00–11:00" */
export function hoursOf(hours: Hour[]): string {
  const spans: { from: number; to: number; times: string }[] = []
  for (let day = 1; day <= days.length; day++) {
    const times = hours.filter((h) => h.weekday === day).map((h) => `${h.opens}–${h.closes}`).join('、')
    const last = spans[spans.length - 1]
    if (times === '') continue
    if (last !== undefined && last.to === day - 1 && last.times === times) last.to = day
    else spans.push({ from: day, to: day, times })
  }
  return spans.map((s) => `星期${days[s.from - 1]}${s.to > s.from ? '至星期' + days[s.to - 1] : ''} ${s.times}`).join('；')
}
