/** New numbers for the migrations of a branch, behind those that are there before them. */
import { compareNumbers, type HistoryEntry, type JournalEntry } from './folder-history.js'

/** A migration of this branch, and what it is called from now on. */
export interface Move {
  from: string
  to: string
}

/** Gives the migrations of `own` numbers behind `before`; those that have such ones keep them. */
export function movesOf(
  before: readonly HistoryEntry[],
  own: readonly HistoryEntry[],
  now: number,
): Move[] {
  const last = before
    .map(({ number }) => number)
    .filter(number => number !== '')
    .sort(compareNumbers)
    .at(-1)
  const numbers = [last ?? '', ...own.map(({ number }) => number)]
  const isRising = numbers.every(
    (number, index) => index === 0 || compareNumbers(numbers[index - 1] ?? '', number) < 0,
  )
  const stay = own.map(({ tag }) => ({ from: tag, to: tag }))
  if (last === undefined || isRising) return stay
  return own.map(({ tag, number }, index) => ({
    from: tag,
    to: number === '' ? tag : numberBehind(last, index, now) + tag.slice(number.length),
  }))
}

/** The number of the migration `index` places behind the last, of the same kind as that one. */
function numberBehind(last: string, index: number, now: number): string {
  if (last.length === 14) {
    const time = Math.max(now, timeOf(last) + 1000) + index * 1000
    return new Date(time).toISOString().slice(0, 19).replace(/\D/g, '')
  }
  const next = BigInt(last) + 1n
  // Seconds or milliseconds since 1970, as drizzle-kit may number them.
  const clock = last.length === 10 ? Math.floor(now / 1000) : last.length === 13 ? now : 0
  const first = BigInt(clock) > next ? BigInt(clock) : next
  return String(first + BigInt(index)).padStart(last.length, '0')
}

function timeOf(digits: string): number {
  const part = (at: number, size: number): number => Number(digits.slice(at, at + size))
  return Date.UTC(part(0, 4), part(4, 2) - 1, part(6, 2), part(8, 2), part(10, 2), part(12, 2))
}

/** The journal with the entries of this branch behind the others, each younger than the last. */
export function journalEntries(
  before: readonly JournalEntry[],
  own: readonly { entry: JournalEntry; move: Move }[],
  now: number,
): JournalEntry[] {
  const entries = [...before]
  for (const { entry, move } of own) {
    const idx = Math.max(-1, ...entries.map(each => each.idx)) + 1
    const last = Math.max(0, ...entries.map(each => each.when))
    entries.push({ ...entry, idx, when: Math.max(now, last + 1), tag: move.to })
  }
  return entries
}
