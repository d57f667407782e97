// What is kept on the phone, each under its name. What cannot be read any more is
// as if it had never been there.
import { platform } from './platform'

export function kept<T>(name: string): T | undefined {
  try {
    const text = uni.getStorageSync(platform.drawer + name) as string
    return text === '' ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}

export function keep(name: string, value: unknown): void {
  uni.setStorageSync(platform.drawer + name, JSON.stringify(value))
}

export function forget(name: string): void {
  uni.removeStorageSync(platform.drawer + name)
}
