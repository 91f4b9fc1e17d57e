// drizzle() of 1.0 takes our client by its types.
import { neon } from 'ballast'
import { drizzle } from 'drizzle-orm-rc/neon-http'
import { integer, pgTable, text } from 'drizzle-orm-rc/pg-core'

const users = pgTable('users', { id: integer().primaryKey(), name: text().notNull() })
const db = drizzle({ client: neon('') })

export const rows: { id: number, name: string }[] = await db.select().from(users)
export const both = await db.batch([db.select().from(users), db.delete(users).returning()])
