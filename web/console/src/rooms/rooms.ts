// The rooms of the console by name: who may enter, and what the navigation shows.
// A new room is a folder beside this file and a row here.
import type { Component } from 'vue'

export interface Room {
  /** The address below /console, and the name of the route. */
  path: string
  name: string
  title: string
  /** What one must be permitted to do; rooms without it are for everybody. */
  needs?: string
  /** Rooms with a place in the navigation. */
  inNavigation?: boolean
  /** The room of the navigation that this one is part of. */
  within?: string
  page: () => Promise<Component>
}

export const rooms: Room[] = [
  { path: '/messages', name: 'queue', title: '来信', needs: 'message.oversee', inNavigation: true, page: () => import('./liaison/Queue.vue') },
  { path: '/messages/:id', name: 'message', title: '来信详情', needs: 'message.oversee', within: 'queue', page: () => import('./liaison/Message.vue') },
  { path: '/screening/:id?', name: 'screening', title: '人工审核', needs: 'message.oversee', inNavigation: true, page: () => import('./liaison/Screening.vue') },
  { path: '/articles', name: 'articles', title: '文章', needs: 'article.review', inNavigation: true, page: () => import('./newsroom/Articles.vue') },
  { path: '/articles/:id', name: 'article', title: '编辑文章', needs: 'article.review', within: 'articles', page: () => import('./newsroom/Article.vue') },
  { path: '/library', name: 'library', title: '图片库', needs: 'article.review', inNavigation: true, page: () => import('./newsroom/Library.vue') },
  { path: '/roster', name: 'roster', title: '名册', needs: 'roster.read', inNavigation: true, page: () => import('./roster/People.vue') },
  { path: '/roster/import', name: 'roster-import', title: '导入和导出', needs: 'roster.read', within: 'roster', page: () => import('./roster/Import.vue') },
  { path: '/roster/introductions', name: 'introductions', title: '简介', needs: 'roster.write', within: 'roster', page: () => import('./roster/Introductions.vue') },
  { path: '/roster/representatives/:id', name: 'roster-person', title: '代表', needs: 'roster.read', within: 'roster', page: () => import('./roster/Person.vue') },
  { path: '/roster/:kind', name: 'roster-records', title: '名册', needs: 'roster.read', within: 'roster', page: () => import('./roster/Records.vue') },
  { path: '/rota', name: 'rota', title: '工作室值班', needs: 'message.oversee', inNavigation: true, page: () => import('./liaison/Rota.vue') },
  { path: '/templates', name: 'templates', title: '常用答复', needs: 'message.oversee', inNavigation: true, page: () => import('./liaison/Templates.vue') },
  { path: '/referrals', name: 'referrals', title: '该找谁', needs: 'referral.keep', inNavigation: true, page: () => import('./settings/Referrals.vue') },
  { path: '/links', name: 'links', title: '账号合并', needs: 'message.oversee', inNavigation: true, page: () => import('./links/Links.vue') },
  { path: '/suggestions', name: 'suggestions', title: '平台意见', needs: 'suggestion.answer', inNavigation: true, page: () => import('./suggestions/Suggestions.vue') },
  { path: '/stories', name: 'stories', title: '典型案例', needs: 'article.review', inNavigation: true, page: () => import('./stories/Stories.vue') },
  { path: '/stories/:id', name: 'story', title: '典型案例', needs: 'article.review', within: 'stories', page: () => import('./stories/Story.vue') },
  { path: '/staff', name: 'staff', title: '账号与角色', needs: 'staff.manage', inNavigation: true, page: () => import('./settings/Staff.vue') },
  { path: '/clocks', name: 'clocks', title: '期限与节假日', needs: 'policy.set', inNavigation: true, page: () => import('./settings/Clocks.vue') },
  { path: '/holidays', name: 'holidays', title: '节假日与调休', needs: 'policy.set', within: 'clocks', page: () => import('./settings/Holidays.vue') },
  { path: '/official', name: 'official', title: '公众号', needs: 'official.account', inNavigation: true, page: () => import('./official/Menu.vue') },
  { path: '/official/replies', name: 'replies', title: '欢迎语和关键词', needs: 'official.account', within: 'official', page: () => import('./official/Replies.vue') },
  { path: '/official/check', name: 'online', title: '接入检查', needs: 'official.account', within: 'official', page: () => import('./official/Check.vue') },
  { path: '/notice-templates', name: 'notice-templates', title: '通知模板', needs: 'official.account', inNavigation: true, page: () => import('./settings/NoticeTemplates.vue') },
  { path: '/tasks', name: 'tasks', title: '后台任务', needs: 'system.operate', inNavigation: true, page: () => import('./settings/Tasks.vue') },
  { path: '/audit', name: 'audit', title: '审计日志', needs: 'audit.read', inNavigation: true, page: () => import('./settings/Audit.vue') },
  { path: '/own', name: 'own', title: '我的登录', inNavigation: true, page: () => import('./own/Access.vue') },
]
