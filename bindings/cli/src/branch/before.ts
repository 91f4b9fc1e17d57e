/** Where the log was before a migration, as the journal has it. */

/** A state to go back to. */
export interface Before {
  lsn: string
  at: string
  ageMs: number
  /** Migrations that were committed with it and go back with it, in their order. */
  together: readonly string[]
}

interface Row {
  seq: number
  tag: string | null
  run: string
  lsn: string | null
  at: string
  xmin: string
  age: number
}

/** The rows of one transaction are made by one statement, and those of two by two requests. */
const kTogetherMs = 1

/**
 * A migration's first row notes where the log was within its transaction: all that was committed by
 * then is the state before it. Null where the journal does not say.
 */
export async function readBefore(url: string, tag: string): Promise<Before | null> {
  const { neon } = await import('ballast')
  const rows = (await neon(url)`
    select seq::int as seq, tag, run, lsn::text as lsn, xmin::text as xmin,
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
      (extract(epoch from clock_timestamp() - at) * 1000)::float8 as age
    from ballast.journal
    where kind in ('applied', 'started') and seq > coalesce(
      (select max(seq) from ballast.journal where tag = ${tag} and kind = 'undone'), -1)
    order by seq`) as unknown as Row[]
  let at = rows.findIndex(row => row.tag === tag)
  const together: string[] = []
  for (; at > 0; at--) {
    const [before, row] = [rows[at - 1], rows[at]]
    if (before === undefined || row === undefined || !areTogether(before, row)) break
    if (before.tag !== null && before.tag !== tag) together.unshift(before.tag)
  }
  const first = rows[at]
  if (first === undefined || first.lsn === null) return null
  return { lsn: first.lsn, at: first.at, ageMs: first.age, together: [...new Set(together)] }
}

/** The row that has got the fingerprint since has another `xmin`, and only its time tells. */
function areTogether(a: Row, b: Row): boolean {
  if (a.run !== b.run || b.seq !== a.seq + 1) return false
  return a.xmin === b.xmin || Math.abs(a.age - b.age) < kTogetherMs
}
