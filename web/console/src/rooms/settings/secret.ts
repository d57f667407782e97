// A first password for somebody else: long enough, and nothing in it that is read
// wrongly from paper or over the telephone.
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

export function freshPassword(): string {
  const picked = Array.from(crypto.getRandomValues(new Uint32Array(16)), (n) => letters[n % letters.length])
  return [0, 4, 8, 12].map((at) => picked.slice(at, at + 4).join('')).join('-')
}
