// What the drizzle tests do with a database, whichever drizzle() made it. Prints what it saw.
import * as orm from 'drizzle-orm'
import {
  bigint, boolean, date, doublePrecision, integer, interval, json, jsonb, line, numeric, pgSchema,
  point, serial, text, time, timestamp, uuid, vector,
} from 'drizzle-orm/pg-core'

const { and, asc, eq, gt, sql } = orm
const schemaName = process.env.SCHEMA
const space = pgSchema(schemaName)

const mood = space.enum('mood', ['calm', 'so so'])

const users = space.table('users', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').unique(),
  mood: mood('mood'),
  isActive: boolean('is_active').default(true),
  uid: uuid('uid'),
  big: bigint('big', { mode: 'bigint' }),
  count: bigint('count', { mode: 'number' }),
  ratio: doublePrecision('ratio'),
  price: numeric('price', { precision: 20, scale: 6 }),
  prices: numeric('prices').array(),
  scores: integer('scores').array(),
  grid: integer('grid').array().array(),
  tags: text('tags').array(),
  settings: jsonb('settings'),
  raw: json('raw'),
  born: date('born'),
  bornDate: date('born_date', { mode: 'date' }),
  at: timestamp('at'),
  atZone: timestamp('at_zone', { withTimezone: true }),
  exact: timestamp('exact', { mode: 'string', precision: 6 }),
  exactZone: timestamp('exact_zone', { mode: 'string', withTimezone: true, precision: 6 }),
  times: timestamp('times', { mode: 'string' }).array(),
  days: date('days').array(),
  wakes: time('wakes'),
  span: interval('span'),
  moods: mood('moods').array(),
  place: point('place', { mode: 'xy' }),
  places: point('places').array(),
  edge: line('edge', { mode: 'abc' }),
  spans: interval('spans').array(),
  bigs: bigint('bigs', { mode: 'bigint' }).array(),
})

const posts = space.table('posts', {
  id: serial('id').primaryKey(),
  author: integer('author').references(() => users.id),
  title: text('title').notNull(),
})

const DDL = `
create schema ${schemaName};
create type ${schemaName}.mood as enum ('calm', 'so so');
create table ${schemaName}.users (
  id serial primary key, name text not null, email text unique, mood ${schemaName}.mood,
  is_active boolean default true, uid uuid, big bigint, count bigint, ratio double precision,
  price numeric(20, 6), prices numeric[], scores integer[], grid integer[][], tags text[],
  settings jsonb, raw json, born date, born_date date, at timestamp, at_zone timestamptz,
  exact timestamp(6), exact_zone timestamptz(6), times timestamp[], days date[], wakes time,
  span interval, moods ${schemaName}.mood[], place point, places point[], edge line,
  spans interval[], bigs bigint[]);
create table ${schemaName}.posts (
  id serial primary key, author integer references ${schemaName}.users (id), title text not null)`

const ADA = {
  name: 'Ada', email: 'ada@example.org', mood: 'so so', isActive: false,
  uid: '7a1f3a4e-95d0-4b5e-8a1c-0d2f6f1c9b11', big: 9007199254740993n, count: 42, ratio: 0.1,
  price: '12345678901234.567890', prices: ['1.10', '99999999999999999999.123456789'],
  scores: [1, -2, 3], grid: [[1, 2], [3, 4]], tags: ['a"b', 'c,d', '', 'é😀', 'NULL'],
  settings: { theme: 'dark', n: [1, null, { deep: true }] }, raw: [1, 'two'],
  born: '1815-12-10', bornDate: new Date('1815-12-10T00:00:00.000Z'),
  at: new Date('2024-03-10T02:30:00.123Z'), atZone: new Date('2024-11-03T05:45:12.999Z'),
  exact: '2024-07-01 12:34:56.123456', exactZone: '2024-07-01 12:34:56.123456+00',
  times: ['2024-01-01 00:00:00.000001', '1999-12-31 23:59:59.999999'], days: ['2024-02-29'],
  wakes: '06:30:00.25', span: '1 year 2 mons 3 days 04:05:06.789',
  moods: ['so so', 'calm'], place: { x: 1.5, y: -2 }, places: [[0, 1], [2.25, 3]],
  edge: { a: 1, b: -1, c: 0.5 }, spans: ['1 day', '02:00:00'], bigs: [1n, -9007199254740993n],
}

/** What `drizzle()` is given: 0.45 has a schema with relations, 1.0 has relations alone. */
export const config = 'relations' in orm
  ? {
    schema: {
      users,
      posts,
      ofUsers: orm.relations(users, ({ many }) => ({ posts: many(posts) })),
      ofPosts: orm.relations(posts, ({ one }) => ({
        writer: one(users, { fields: [posts.author], references: [users.id] }),
      })),
    },
  }
  : {
    relations: orm.defineRelations({ users, posts }, to => ({
      users: { posts: to.many.posts() },
      posts: { writer: to.one.users({ from: to.posts.author, to: to.users.id }) },
    })),
  }

/** Runs everything on `db`, which `drizzle()` made with `config`. */
export async function scenario(db) {
  const seen = {}
  for (const statement of DDL.split(';')) await db.execute(sql.raw(statement))

  seen.inserted = await db.insert(users).values(ADA).returning()
  seen.defaults = await db.insert(users).values({ name: 'Bob' }).returning({
    id: users.id, isActive: users.isActive, at: users.at, tags: users.tags,
  })
  seen.command = (await db.insert(posts).values([
    { author: 1, title: 'One' }, { author: 1, title: 'Two' }, { author: 2, title: 'Three' },
  ])).rowCount
  seen.selected = await db.select().from(users).orderBy(asc(users.id))
  seen.some = await db.select({ title: posts.title, upper: sql`upper(${posts.title})` })
    .from(posts).where(and(eq(posts.author, 1), gt(posts.id, 1)))
  seen.joined = await db.select().from(posts).leftJoin(users, eq(posts.author, users.id))
    .where(eq(posts.id, 1))
  seen.byTime = await db.select({ id: users.id }).from(users)
    .where(eq(users.exact, ADA.exact))
  seen.byDate = await db.select({ id: users.id }).from(users)
    .where(and(...['atZone', 'at', 'bornDate'].map(name => eq(users[name], ADA[name]))))
  seen.byArray = await db.select({ id: users.id }).from(users).where(eq(users.tags, ADA.tags))
  seen.updated = await db.update(users).set({ settings: { theme: 'light' }, mood: 'calm' })
    .where(eq(users.id, 2)).returning({ settings: users.settings, mood: users.mood })
  seen.upserted = await db.insert(users).values({ name: 'Eve', email: ADA.email })
    .onConflictDoUpdate({ target: users.email, set: { name: 'Eve' } })
    .returning({ name: users.name })
  seen.deleted = await db.delete(posts).where(eq(posts.title, 'Three')).returning()
  const [batchSelect, batchInsert, batchRaw] = await db.batch([
    db.select({ exact: users.exact, days: users.days, at: users.at }).from(users)
      .where(eq(users.id, 1)),
    db.insert(posts).values({ author: 2, title: 'Four' }).returning(),
    db.execute(sql`select at, span, prices from ${users} where id = 1`),
  ])
  seen.batch = [batchSelect, batchInsert, batchRaw.rows]
  seen.executed = (await db.execute(
    sql`select at, at_zone, born, span, times, prices, settings from ${users} where id = 1`)).rows
  seen.relational = await db.query.users.findMany({
    columns: { name: true, exact: true, at: true, days: true, prices: true, big: true },
    with: { posts: { columns: { title: true } } },
    orderBy: 'relations' in orm ? asc(users.id) : { id: 'asc' },
  })
  seen.exists = await db.$count(users)
  seen.prepared = await db.select({ name: users.name }).from(users)
    .where(eq(users.id, sql.placeholder('id'))).prepare('by_id').execute({ id: 2 })
  seen.error = await db.execute(sql`select nothing from nowhere`).then(
    () => null, error => (error.cause ?? error).code)
  seen.batchUndone = await db.batch([
    db.insert(posts).values({ title: 'Lost' }), db.execute(sql`select 1 / 0`),
  ]).then(() => null, error => (error.cause ?? error).code)
  seen.afterUndone = await db.select({ title: posts.title }).from(posts).orderBy(posts.id)
  seen.vectors = await vectors(db)
  await db.execute(sql.raw(`drop schema ${schemaName} cascade`))
  return seen
}

/** Vectors, where the extension is there. */
async function vectors(db) {
  const { rows } = await db.execute(sql`select from pg_available_extensions where name = 'vector'`)
  if (rows.length === 0) return 'no extension'
  const points = space.table('points', { id: serial('id'), at: vector('at', { dimensions: 3 }) })
  await db.execute(sql`create extension if not exists vector`)
  await db.execute(sql`create table ${points} (id serial, at vector(3))`)
  await db.insert(points).values([{ at: [1, 2, 3] }, { at: [0.1, -1e-7, 1e10] }])
  return db.select().from(points).orderBy(sql`${points.at} <-> '[1,2,2]'`)
}

/** Prints values so that a parent process can compare them: dates and bigints keep their kind. */
export function print(seen) {
  const tagged = value => {
    if (value instanceof Date) return { date: value.toJSON() }
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (Array.isArray(value)) return value.map(tagged)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tagged(each)]))
  }
  console.log(JSON.stringify(tagged(seen)))
}
