// A caller can name the rows of a query, and what it names is what it gets.
import { neon, types, vector } from 'ballast'
import type { QueryEvent } from 'ballast'

interface User {
  user_id: string
  email: string
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function expect<_T extends true>(): void {}

const sql = neon('')
const named = await sql<User>`select * from users`
expect<Same<typeof named, User[]>>()

const queried = await sql.query<User>('select * from users', [])
expect<Same<typeof queried, User[]>>()

const [users, counts] = await sql.transaction([
  sql<User>`select * from users`,
  sql<{ count: string }>`select count(*) from users`,
])
expect<Same<typeof users, User[]>>()
expect<Same<typeof counts, { count: string }[]>>()

const [made] = await sql.transaction(txn => [txn<User>`select * from users`], { readOnly: true })
expect<Same<typeof made, User[]>>()

const full = await neon('', { fullResults: true })<User>`select * from users`
expect<Same<typeof full.rows, User[]>>()
expect<Same<typeof full.rowAsArray, false>>()

const columns = await sql.query<'columns', User>('select * from users', [], { rowMode: 'columns' })
expect<Same<ReturnType<typeof columns.email.at>, string | undefined>>()
const [view] = await sql.query('select * from users', [], { rowMode: 'view' })
expect<Same<ReturnType<NonNullable<typeof view>['toJSON']>, Record<string, unknown>>>()

const unnamed = await sql`select * from users`
export const anything: number = unnamed[0]?.['count']

export const options = neon('', {
  timeoutMs: 5000,
  retry: { attempts: 2, codes: ['40001'] },
  idempotent: true,
  int8: 'bigint',
  rowMode: 'object',
  as: { embedding: 'float32' },
  types: { getTypeParser: (oid, format) => types.getTypeParser(oid, format) },
  onEvent: { listener: (event: QueryEvent) => { console.log(event.hash) }, text: true },
})

export const nearest = sql`select id from documents order by embedding <-> ${vector([1, 2, 3])}`

// @ts-expect-error: sql is a tag, not a function of a string.
export const wrong = () => sql('select 1')
// @ts-expect-error: there is no such level.
export const level = () => sql.transaction([], { isolationLevel: 'Chaos' })
