// drizzle-orm's own types where @neondatabase/serverless is an alias of ballast.
import { neon, neonConfig, types } from '@neondatabase/serverless'
import type {
  FullQueryResults, HTTPQueryOptions, HTTPTransactionOptions, NeonQueryFunction,
} from '@neondatabase/serverless'
import { BallastError } from 'ballast'
import { drizzle } from 'drizzle-orm/neon-http'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'

const users = pgTable('users', { id: integer().primaryKey(), name: text().notNull() })

neonConfig.fetchEndpoint = (host: string, port: number | string) => `http://${host}:${port}/sql`
neonConfig.fetchFunction = fetch
neonConfig.webSocketConstructor = WebSocket
types.setTypeParser(types.builtins.INT8, (text: string) => BigInt(text))

const sql: NeonQueryFunction<false, false> = neon('')
const db: NeonHttpDatabase = drizzle(sql)
export const rows: { id: number, name: string }[] = await db.select().from(users)
export const client: NeonQueryFunction<false, false> = drizzle({ client: sql }).$client
export const single: HTTPQueryOptions<true, false> = { arrayMode: true }
export const several: HTTPTransactionOptions<false, true> = { readOnly: true, fullResults: true }
export const full: FullQueryResults<false> = await sql.query('select 1', [], { fullResults: true })
export const count: number = full.rowCount

try {
  await sql`select 1`
} catch (error) {
  if (error instanceof BallastError) console.log(error.code?.length, error.position)
}
