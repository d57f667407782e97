// What case stories are called on the screen.
import type { Schema } from '../../api/client'

export type Story = Schema['NewsroomStoryView']
export type Candidate = Schema['NewsroomCandidateView']
export type Mask = Schema['NewsroomMaskView']
export type StoryPicture = Schema['NewsroomStoryPictureView']
export type Channel = Story['open'][number]['channel']
type Consent = Story['consents'][number]

export const channels: { channel: Channel; words: string }[] = [
  { channel: 'mini_program', words: '小程序' },
  { channel: 'official_account', words: '公众号' },
  { channel: 'press', words: '报刊等媒体' },
]

export const states: { state: Story['state']; words: string }[] = [
  { state: 'asking', words: '征求同意中' },
  { state: 'writing', words: '撰写中' },
  { state: 'shown', words: '等居民确认' },
  { state: 'agreed', words: '居民已确认' },
  { state: 'declined', words: '未获同意' },
  { state: 'dropped', words: '已放弃' },
  { state: 'withdrawn', words: '授权已撤回' },
]

export const consentWords: Record<Consent['state'], string> = {
  asked: '等待答复', given: '同意', on_paper: '纸质同意', refused: '不同意', taken_back: '已撤回',
}

/** One person of a story with what they said, channel by channel. */
export interface Party {
  party: Consent['party']
  words: string
  name: string
  reachable: boolean
  evidence: string
  said: Partial<Record<Channel, Consent['state']>>
}

export function parties(story: Story): Party[] {
  const found: Party[] = []
  for (const c of story.consents) {
    let one = found.find((p) => p.party === c.party && p.name === (c.name ?? ''))
    if (!one) found.push((one = { party: c.party, words: c.party_words, name: c.name ?? '', reachable: c.reachable, evidence: '', said: {} }))
    one.said[c.channel] = c.state
    one.evidence ||= c.evidence ?? ''
  }
  return found
}

/** Whether a story has come to its end. */
export const ended = (story: Story) => ['declined', 'dropped', 'withdrawn'].includes(story.state)
