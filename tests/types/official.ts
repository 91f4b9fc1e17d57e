// Our client stands wherever the official driver's types are asked for: no casts.
import type * as official from '@neondatabase/serverless'
import { neon } from 'ballast'

export const plain: official.NeonQueryFunction<false, false> = neon('')
export const arrays: official.NeonQueryFunction<true, false> = neon('', { arrayMode: true })
export const full: official.NeonQueryFunction<false, true> = neon('', { fullResults: true })
export const fullArrays: official.NeonQueryFunction<true, true> =
  neon('', { arrayMode: true, fullResults: true })
export const loose: official.NeonQueryFunction<boolean, boolean> =
  neon<boolean, boolean>('', { arrayMode: true as boolean, fullResults: false as boolean })

// What is returned, and what is taken.
const sql = neon('')
export const query: official.NeonQueryPromise<false, false, Record<string, unknown>[]> =
  sql`select ${1}`
export const rows: Promise<official.QueryRows<false>> = sql.query('select $1', [1])
export const results: Promise<official.FullQueryResults<true>> =
  sql.query('select 1', [], { arrayMode: true, fullResults: true })
export const raw: official.UnsafeRawSql = sql.unsafe('now()')

const optionsOfTheirs: official.HTTPTransactionOptions<true, true> = {
  arrayMode: true,
  fullResults: true,
  isolationLevel: 'Serializable',
  readOnly: true,
  deferrable: true,
  fetchOptions: { priority: 'high' },
  authToken: async () => 'token',
  password: () => 'secret',
  port: 5432,
}
export const given = neon('', optionsOfTheirs)
export const asked = sql.query('select 1', [], optionsOfTheirs)
export const both = sql.transaction([sql`select 1`, sql.query('select 2')], optionsOfTheirs)

// A function written for the official driver, called with ours.
export async function theirs(db: official.NeonQueryFunction<false, false>): Promise<number> {
  const [first, second] = await db.transaction(
    txn => [txn`select 1`, txn.query('select 2')], { readOnly: true })
  const full = await db.query('select 1', [], { fullResults: true })
  return (first?.length ?? 0) + (second?.length ?? 0) + full.rowCount
}
export const answer = theirs(neon(''))
