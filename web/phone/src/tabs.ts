// The pages that are always at hand, by the bar at the bottom.

const tab = (page: string, name: string, icon: string) => ({ page, name, off: `/static/tab/${icon}.png`, on: `/static/tab/${icon}-on.png` })

export const tabs = {
  home: tab('pages/index/index', '首页', 'home'),
  letters: tab('pages/message/list', '来信', 'letter'),
  news: tab('pages/article/list', '动态', 'news'),
  me: tab('pages/me/index', '我的', 'me'),
}

export type Tab = keyof typeof tabs
