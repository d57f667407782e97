/** What a unit does with words of its own. */
export type UnitDeed = 'handle' | 'extend' | 'refuse'
