// What a Drizzle schema is as our SQL and as drizzle-kit's: the catalog must say the same of both,
// for schemas that drizzle-kit gets right.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { startTranslation } from '../support/drizzle.mjs'

const kit = createRequire(import.meta.url)('drizzle-kit/api')

let translation

before(async () => {
  translation = await startTranslation()
})

after(() => translation?.close())

const same = {
  'tables, keys and indexes': `
    export const app = pgSchema('app')
    export const status = pgEnum('status', ['new', 'done'])
    export const kind = app.enum('kind', ['a', 'b'])
    export const users = pgTable('users', {
      id: serial().primaryKey(), email: varchar({ length: 255 }).notNull().unique(),
      name: text('full_name').default("O'Brien"), status: status().default('new').notNull(),
      tags: text().array().default(['a', 'b']), kinds: kind().array(),
      at: timestamp({ withTimezone: true }).defaultNow().notNull(),
      seen: timestamp({ precision: 3 }).default(new Date(0)),
      meta: jsonb().default({ a: [1, 2] }),
      amount: numeric({ precision: 10, scale: 2 }).default('0'),
      zero: numeric({ mode: 'number' }).default(0), big: bigint({ mode: 'number' }).default(0),
      ok: boolean().default(false), real: pg.real().default(1.5),
      lower: text().generatedAlwaysAs(sql\`lower(full_name)\`),
      days: pg.interval().default('1 day'),
    }, t => [
      index().on(t.name, t.at.desc()), uniqueIndex('by_email').on(sql\`lower(\${t.email})\`),
      index('partial').on(t.at.nullsFirst()).where(sql\`\${t.ok}\`),
      index('tags').using('gin', t.tags).with({ fastupdate: false }),
      check('positive', sql\`\${t.amount} >= 0\`),
    ])
    export const posts = app.table('posts', {
      id: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
      author: integer().references(() => users.id, { onDelete: 'cascade' }).notNull(),
      slug: text().notNull(), lang: pg.char({ length: 2 }).notNull(),
      parent: bigint({ mode: 'number' }),
    }, t => [
      primaryKey({ columns: [t.id, t.lang] }), unique().on(t.slug, t.lang),
      unique('nulls').on(t.parent).nullsNotDistinct(),
      foreignKey({ columns: [t.parent, t.lang], foreignColumns: [t.id, t.lang] }),
    ])
    export const counter = pgSequence('counter', { startWith: 10, increment: 2 })`,
  'views, roles and policies': `
    export const staff = pgRole('staff', { createDb: true })
    export const docs = pgTable('docs', { id: integer().primaryKey(), owner: text() }, t => [
      pgPolicy('own', { for: 'select', to: [staff, 'current_user'],
        using: sql\`\${t.owner} = current_user\` }),
      pgPolicy('all', { as: 'restrictive', withCheck: sql\`true\` }),
    ])
    export const closed = pgTable('closed', { id: integer() }).enableRLS()
    export const mine = pgView('mine').with({ securityInvoker: true })
      .as(q => q.select({ id: docs.id, owner: docs.owner }).from(docs).where(gt(docs.id, 5)))
    export const counted = pgMaterializedView('counted', { n: integer() })
      .as(sql\`select count(*)::int as n from docs\`)`,
  'names and vectors': `
    export const items = pgTable('items', { itemId: integer().primaryKey(), ownerId: integer(),
      v: pg.vector({ dimensions: 3 }), bits: pg.bit({ dimensions: 3 }) }, t => [
      index().on(t.ownerId), unique('x').on(t.ownerId, t.itemId),
      index('near').using('hnsw', t.v.op('vector_l2_ops')).with({ m: 8 }),
      foreignKey({ columns: [t.ownerId], foreignColumns: [t.itemId] }) ])`,
}

for (const [name, body] of Object.entries(same)) {
  test(name, async () => {
    const { catalog, load } = translation
    const casing = name.startsWith('names') ? 'snake_case' : undefined
    const { exports } = await load('0.45', body, { casing })
    const ours = await catalog.facts()
    const from = kit.generateDrizzleJson({})
    const to = kit.generateDrizzleJson(exports, from.id, undefined, casing)
    const statements = await kit.generateMigration(from, to)
    // drizzle-kit leaves the extension to the user.
    await catalog.load(['create extension if not exists vector', ...statements].join(';\n'))
    assert.deepEqual(ours, await catalog.facts())
    assert.ok(Object.keys(ours).length > 5)
  })
}
