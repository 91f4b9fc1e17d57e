/** A schema.ts with each type of column, and each kind of object, of drizzle-orm 0.45. */
export const sample = `import { relations, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { integer, pgEnum, pgPolicy, pgRole, pgSchema, pgTable, text } from 'drizzle-orm/pg-core'

export const shop = pgSchema('shop')
export const status = pgEnum('order_status', ['new', 'paid', "it's sent"])
export const size = shop.enum('size', ['s', 'm', 'l'])
export const clerk = pgRole('clerk', { createRole: true })
export const invoices = pg.pgSequence('invoices', { startWith: 1000, increment: 10, cache: 5 })
export const odd = shop.sequence('odd', { increment: -2, minValue: -99, maxValue: 99, cycle: true })

export const customers = pgTable('customers', {
  id: pg.uuid().primaryKey().defaultRandom(),
  email: pg.varchar({ length: 320 }).notNull().unique('customers_email'),
  name: text('full_name').notNull().default("Ann O'Nymous"),
  language: pg.char({ length: 2 }).default('en'),
  preferences: pg.jsonb().notNull().default({ theme: 'dark', 'a"b': [1, null] }),
  old: pg.json(),
  joined: pg.timestamp({ withTimezone: true }).notNull().defaultNow(),
  seen: pg.timestamp({ precision: 3 }),
  born: pg.date(),
  wakes: pg.time({ withTimezone: true, precision: 0 }),
  trial: pg.interval({ fields: 'day' }).default('14 days'),
  address: pg.inet(), network: pg.cidr(), card: pg.macaddr(), long: pg.macaddr8(),
  tags: text().array().notNull().default([]),
  grid: integer().array().array(),
  upper: text().generatedAlwaysAs(sql\`upper(full_name)\`),
}, t => [
  pg.index('customers_joined').on(t.joined.desc().nullsLast(), t.name),
  pg.uniqueIndex('customers_lower').on(sql\`lower(\${t.email})\`),
  pg.index('customers_tags').using('gin', t.tags).with({ fastupdate: false }),
  pg.index('customers_recent').on(t.seen).where(sql\`\${t.seen} is not null\`),
  pg.index('customers_text').on(t.name.asc().op('text_pattern_ops')),
  pg.check('long_enough', sql\`length(\${t.email}) > 3\`),
  pgPolicy('own', { as: 'permissive', for: 'select', to: [clerk],
    using: sql\`\${t.name} <> 'x'\` }),
  pgPolicy('careful', { as: 'restrictive', for: 'insert', to: 'public', withCheck: sql\`true\` }),
])

export const products = shop.table('products', {
  id: pg.serial().primaryKey(),
  small: pg.smallserial(), big: pg.bigserial({ mode: 'bigint' }),
  code: pg.bigint({ mode: 'number' }).notNull(),
  stock: pg.smallint().default(0),
  price: pg.numeric({ precision: 12, scale: 2 }).notNull().default('0.00'),
  weight: pg.real().default(1.5), exact: pg.doublePrecision(),
  isSold: pg.boolean('is_sold').notNull().default(false),
  size: size().default('m'), sizes: size().array(),
  at: pg.point(), along: pg.line(), mask: pg.bit({ dimensions: 8 }),
  embedding: pg.vector({ dimensions: 3 }), half: pg.halfvec({ dimensions: 3 }),
  sparse: pg.sparsevec({ dimensions: 3 }),
  parent: integer(),
}, t => [
  pg.unique('products_code').on(t.code, t.size).nullsNotDistinct(),
  pg.index('products_near').using('hnsw', t.embedding.op('vector_cosine_ops')).with({ m: 8 }),
  pg.foreignKey({ columns: [t.parent], foreignColumns: [t.id], name: 'products_parent' })
    .onDelete('set null').onUpdate('cascade'),
])

export const orders = pgTable('orders', {
  number: integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 100, increment: 5 }),
  line: integer().generatedByDefaultAsIdentity(),
  customer: pg.uuid('customer_id').notNull()
    .references(() => customers.id, { onDelete: 'cascade' }),
  status: status().notNull().default('new'),
  'strange name': text(),
  select: text(), emoji: text('😀'),
})

export const lines = pgTable('order_lines', {
  order: integer().notNull().references(() => orders.number),
  product: integer().notNull().references(() => products.id),
  amount: integer().notNull(),
}, t => [pg.primaryKey({ columns: [t.order, t.product] })])

export const closed = pgTable('closed', { id: integer() }).enableRLS()

export const recent = pg.pgView('recent').with({ securityInvoker: true })
  .as(q => q.select({ number: orders.number, status: orders.status }).from(orders))
export const totals = pg.pgMaterializedView('totals').with({ fillfactor: 80 }).withNoData()
  .as(q => q.select({ order: lines.order, n: sql\`sum(\${lines.amount})\`.as('n') })
    .from(lines).groupBy(lines.order))

export const customersRelations = relations(customers, ({ many }) => ({ orders: many(orders) }))
export const ordersRelations = relations(orders, ({ one }) => ({
  customer: one(customers, { fields: [orders.customer], references: [customers.id] }),
}))
`
