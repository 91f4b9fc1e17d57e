/** A plan in words: what each statement does to those who use the database meanwhile. */
import type { Screen } from '../screen.js'
import { printable } from '../source.js'
import { count } from '../wording.js'
import type { Grade, Plan, PlannedStatement } from './plan.js'

const kHazards: Readonly<Record<string, string>> = {
  'deletes-data': 'rows or values are lost',
  'depends-on-data': 'it fails where rows do not satisfy it',
  'rewrites-table': 'the table is written anew while nobody may use it',
  'scans-table': 'all rows are read while nobody may write',
  'blocks-writes': 'nobody may write while it builds',
  'breaks-queries': 'queries that still name it fail',
}

/** How a change undoes, in a sentence. */
export const gradeWords: Readonly<Record<Grade, string>> = {
  green: 'green, nothing is lost',
  yellow: 'yellow, whether it works depends on the rows',
  red: 'red, data are lost',
}

/** Prints each statement with its locks, scans, rewrites and hazards. */
export function review(screen: Screen, statements: readonly PlannedStatement[]): void {
  let last: number | undefined
  const segments = new Set(statements.map(({ segment }) => segment)).size
  for (const statement of statements) {
    if (segments > 1 && statement.segment !== last) {
      screen.say(`-- ${statement.alone === true ? 'alone' : 'a transaction'}`)
    }
    last = statement.segment
    screen.say(`${printable(statement.sql)};`)
    for (const line of effects(statement)) screen.say(`    ${printable(line)}`)
  }
}

function effects({
  locks = [],
  scans = [],
  rewrites = [],
  hazards = [],
}: PlannedStatement): string[] {
  const locked = locks.map(({ relation, mode }) => `${relation} (${mode})`)
  return [
    ...(locked.length === 0 ? [] : [`locks ${locked.join(', ')}`]),
    ...(scans.length === 0 ? [] : [`reads all of ${scans.join(', ')}`]),
    ...(rewrites.length === 0 ? [] : [`writes all of ${rewrites.join(', ')} anew`]),
    ...hazards.map(word => `${word}: ${kHazards[word] ?? 'risky'}`),
  ]
}

/** What a plan loses, in words for the end of a sentence. */
export function losses({ deletes }: Pick<Plan, 'deletes'>): string {
  return deletes.map(printable).join(', ')
}

/** `3 statements in 2 transactions` */
export function sizeOf(statements: readonly PlannedStatement[]): string {
  const segments = new Set(statements.map(({ segment }) => segment)).size
  const size = count(statements.length, 'statement')
  return segments > 1 ? `${size} in ${count(segments, 'part')}` : size
}
