/**
 * Whether a database has a migration, in one round trip and without WebAssembly: for a Worker that
 * wants to know before it relies on it.
 *
 * @module
 */
import { BallastError } from './errors.ts'

/** What `neon()` gives, as far as it is needed here. */
export interface Queryable {
  query(text: string, params: unknown[], options: typeof OPTIONS): PromiseLike<unknown>
}

// The newest row of a migration decides, for it may have been undone and applied again. A row that
// says `started` is of a step that has yet to end, so it decides nothing. That a row comes is the
// answer: no parser of values can change it.
const question = `select 1 from (
    select kind, segment + 1 = segments as is_last from ballast.journal
    where tag = $1 and kind <> 'started' order by seq desc limit 1
  ) as newest
  where kind in ('baseline', 'adopted', 'renamed') or kind in ('applied', 'done') and is_last`

// Whatever the client was told about the shape of its rows.
const OPTIONS = { arrayMode: false, fullResults: false, rowMode: 'object' } as const

/**
 * Resolves where the journal says that the migration is applied; newer ones may be too. Otherwise
 * it throws a `BallastError` BM008. Every role may ask: it takes no rights of the migrator's.
 *
 * @example
 * import { expectMigration } from 'ballast/expect'
 *
 * await expectMigration(neon(env.DATABASE_URL), '0007_orders')
 */
export async function expectMigration(sql: Queryable, tag: string): Promise<void> {
  let rows: unknown
  try {
    rows = await sql.query(question, [tag], OPTIONS)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== '42P01' && code !== '3F000') throw error
    throw lacking(tag, 'it has no journal of migrations', error)
  }
  if ((rows as unknown[]).length === 0) {
    throw lacking(tag, 'its journal does not say that it is applied', undefined)
  }
}

function lacking(tag: string, why: string, cause: unknown): BallastError {
  const message = `the database does not have the migration "${tag}": ${why}`
  const fields = { code: 'BM008', message, fate: 'answered', attempts: 1 } as const
  return new BallastError(fields, cause === undefined ? {} : { cause })
}
