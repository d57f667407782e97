// Dates and times as a field of the browser has them, in the time of Shanghai
// whatever the browser's own: it has no summer time, so the distance is fixed.
const shift = 8 * 3600_000

/** "2026-11-26T18:30" in Shanghai as a moment; '' when it is none. */
export function inShanghai(field: string): string {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(field) ? Date.parse(field.slice(0, 16) + ':00Z') - shift : NaN
  return Number.isNaN(at) ? '' : new Date(at).toISOString()
}

/** A moment as the field has it. */
export const fieldOf = (at: string): string => new Date(Date.parse(at) + shift).toISOString().slice(0, 16)

/** The next full hour that is not too near. */
export const nextHour = (): string => fieldOf(new Date(Math.ceil((Date.now() + 600_000) / 3600_000) * 3600_000).toISOString())
