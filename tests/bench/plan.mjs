/**
 * The plan between two schemas of 1,000 tables, of which ten have a column more, beside what
 * drizzle-kit makes of the same two. Both are given texts, as they are kept: a model's, a
 * snapshot's. Ours is WebAssembly; what it needs for reading alone is the time of a comparison of a
 * model with itself.
 */
import { createRequire } from 'node:module'
import { PGlite } from '@electric-sql/pglite'
import { boolean, index, jsonb, numeric, pgEnum, pgTable, text, timestamp, uuid }
  from 'drizzle-orm/pg-core'
import { differenceOf, planBetween, readModel } from '../support/planner.mjs'
import { quantile } from './duel.mjs'

const TABLES = 1000
const { generateDrizzleJson, generateMigration } = createRequire(import.meta.url)('drizzle-kit/api')

const mood = pgEnum('mood', ['sad', 'ok', 'happy'])

function tables(isMore) {
  const out = { mood }
  for (let i = 0; i < TABLES; i++) {
    const last = out[`t${i - 1}`]
    const more = isMore && i % (TABLES / 10) === 0
    out[`t${i}`] = pgTable(`table_${i}`, {
      id: uuid('id').primaryKey().defaultRandom(),
      name: text('name').notNull(),
      email: text('email').notNull().unique(),
      amount: numeric('amount', { precision: 10, scale: 2 }).default('0'),
      mood: mood('mood').default('ok'),
      ok: boolean('ok').notNull().default(true),
      meta: jsonb('meta'),
      created: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
      ...(last && { parent: uuid('parent_id').references(() => last.id, { onDelete: 'cascade' }) }),
      ...(more && { extra: text('extra') }),
    }, t => [index(`table_${i}_name_idx`).on(t.name)])
  }
  return out
}

/** The models of a database after each list of statements. */
async function modelsAfter(...steps) {
  const server = await PGlite.create()
  const models = []
  try {
    for (const statements of steps) {
      await server.exec(statements.join('\n'))
      models.push(await readModel(async sql => (await server.query(sql)).rows))
    }
  } finally {
    await server.close()
  }
  return models
}

/** The line: how long drizzle-kit takes over how long we take, in rounds that take both in turn. */
export async function planning(rounds) {
  const empty = generateDrizzleJson({})
  const snapshots = [false, true].map(more => generateDrizzleJson(tables(more), empty.id))
  const models = await modelsAfter(
    await generateMigration(empty, snapshots[0]), await generateMigration(...snapshots))
  const texts = snapshots.map(one => JSON.stringify(one))
  const times = { theirs: [], ours: [], reading: [] }
  const took = async (key, work) => {
    const from = performance.now()
    const made = await work()
    times[key].push(performance.now() - from)
    return made
  }
  for (let i = 0; i < rounds; i++) {
    const theirs = await took('theirs',
      () => generateMigration(...texts.map(one => JSON.parse(one))))
    const { statements } = await took('ours', () => planBetween(...models, { postgres: 17 }))
    const nothing = await took('reading', () => differenceOf(models[0], models[0]))
    if (theirs.length !== 10 || statements.length !== 10 || nothing !== '') {
      throw new Error(`ten columns came new: ${theirs.length} and ${statements.length} statements`)
    }
  }
  const at = (q, list) => quantile(list.toSorted((a, b) => a - b), q)
  const ratios = times.theirs.map((ms, i) => ms / times.ours[i])
  const alone = at(0.5, times.ours.map((ms, i) => ms - times.reading[i]))
  return {
    name: 'plan-1000', aim: 4, gate: 2,
    peer: `drizzle-kit 0.31.11's generateMigration; ${alone.toFixed(0)} ms but for reading`,
    ratio: at(0.5, ratios), low: at(0.25, ratios), high: at(0.75, ratios),
    officialMs: at(0.5, times.theirs), oursMs: at(0.5, times.ours),
  }
}
