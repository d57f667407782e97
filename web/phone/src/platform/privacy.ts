// WeChat's privacy agreement: before the mini-program first touches what WeChat
// holds as private, WeChat asks us to show the agreement, and waits for the tap
// (https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html).
import { reactive } from 'vue'

/** The button on which WeChat counts the tap. */
export const agreeButton = 'lx-agree'

export const privacy = reactive({ asked: false })

type Answer = (how: { event: 'agree'; buttonId: string } | { event: 'disagree' }) => void
let waiting: Answer[] = []

export function watchPrivacy(): void {
  // #ifdef MP-WEIXIN
  const asks = (uni as unknown as { onNeedPrivacyAuthorization?: (ask: (answer: Answer) => void) => void }).onNeedPrivacyAuthorization
  asks?.((answer) => {
    waiting.push(answer)
    privacy.asked = true
  })
  // #endif
}

/** Tells WeChat what the person said. */
export function answerPrivacy(agreed: boolean): void {
  for (const answer of waiting) answer(agreed ? { event: 'agree', buttonId: agreeButton } : { event: 'disagree' })
  waiting = []
  privacy.asked = false
}

/** Opens the agreement as WeChat keeps it. */
export function readPrivacy(): void {
  // #ifdef MP-WEIXIN
  ;(uni as unknown as { openPrivacyContract: (o: object) => void }).openPrivacyContract({})
  // #endif
}
