// drizzle() of 0.45, its own and ours.
import { neon } from 'ballast'
import { drizzle } from 'ballast/drizzle'
import { drizzle as theirs } from 'drizzle-orm/neon-http'
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

const users = pgTable('users', {
  id: integer().primaryKey(),
  name: text().notNull(),
  createdAt: timestamp(),
})
const schema = { users }

for (const db of [
  theirs(neon('')), theirs(neon(''), { logger: true }), theirs({ client: neon('') }),
  drizzle(neon('')), drizzle(''), drizzle({ connection: '' }), drizzle({ client: neon('') }),
]) {
  const rows: { id: number, name: string, createdAt: Date | null }[] = await db.select().from(users)
  const ada = { id: 1, name: 'Ada' }
  const [inserted] = await db.insert(users).values(ada).returning({ id: users.id })
  const [selected, updated] = await db.batch([
    db.select({ name: users.name }).from(users),
    db.update(users).set({ name: 'Grace' }).returning(),
  ])
  console.log(rows, inserted?.id, selected[0]?.name, updated[0]?.createdAt?.getTime())
}

export const first = await drizzle('', { schema }).query.users.findFirst()
export const client = drizzle(neon('', { timeoutMs: 1000 })).$client
export const strings: string[][] = await client.transaction([]) && []
