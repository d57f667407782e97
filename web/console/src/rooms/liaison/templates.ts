// Prepared answers, with places that are filled in when one is used.
import { shallowRef } from 'vue'
import { api, take, type Schema } from '../../api/client'
import { dayOf } from '../../parts/dates'
import type { Thread } from './acts'

export type Template = Schema['RepresentativeTemplateView']

/** The places that are filled in, with what stands there. */
export const places: { place: string; words: string; of: (t: Thread) => string }[] = [
  { place: '{称呼}', words: '来信人的称呼', of: (t) => t.contact.name ?? t.resident },
  { place: '{编号}', words: '来信编号', of: (t) => t.number },
  { place: '{收到日期}', words: '来信的日期', of: (t) => dayOf(t.submitted_at) },
  { place: '{今天}', words: '今天的日期', of: () => dayOf(new Date().toISOString()) },
  { place: '{代表}', words: '写给哪位代表', of: (t) => `${t.representative}代表` },
  { place: '{主题}', words: '来信的主题', of: (t) => t.topic ?? '' },
]

/** A prepared answer as it reads for a message. Messages that are answered together name nobody. */
export function filled(body: string, t: Thread): string {
  const nobody = t.gathered.length > 0
  return places.reduce((text, p) => text.replaceAll(p.place, nobody && ['{称呼}', '{编号}', '{收到日期}'].includes(p.place) ? { '{称呼}': '您', '{编号}': '', '{收到日期}': '' }[p.place]! : p.of(t)), body)
}

/** Places in a text that nothing fills. */
export const unfilled = (body: string): string[] => body.match(/\{[^{}\n]{1,12}\}/g) ?? []

export function useTemplates() {
  const templates = shallowRef<Template[]>([])
  return {
    templates,
    async load() {
      templates.value = (await take(api.GET('/api/v1/reply-templates'))).items
    },
  }
}
