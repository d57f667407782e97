// What residents read of a place where matters go, below its name.
import type { Schema } from '../../api/client'

export type Words = Schema['StaffReferralWords']

export function beside(w: Pick<Words, 'purpose' | 'phone' | 'address' | 'hours'>): string[] {
  return [w.purpose, w.phone && `电话：${w.phone}`, w.address && `地址：${w.address}`, w.hours && `时间：${w.hours}`].filter(Boolean)
}
