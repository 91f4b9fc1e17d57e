// The machinery that judges the schema planner: generated pairs, the judge's facts, kept rows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { snapshotSql } from '../pairs/drizzle-snapshot.mjs'
import { difference, facts, isSame } from '../pairs/facts.mjs'
import { fakePlanner } from '../pairs/fake-planner.mjs'
import { pair } from '../pairs/generate.mjs'
import { isKept, judge } from '../pairs/judge.mjs'
import { lostRows, photograph } from '../pairs/rows-kept.mjs'
import { openServer } from '../pairs/servers.mjs'
import { base, differences } from './pairs-planted.mjs'

// `npm run laws` loads as many as one wants, and more than loads them.
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1)
const servers = {}

before(async () => {
  for (const kind of ['pglite', 'postgres']) servers[kind] = await openServer(kind)
})
after(async () => {
  for (const server of Object.values(servers)) await server.close()
})

/** Runs `act` with empty databases, which are given back whatever happens. */
async function withDatabases(server, sides, act) {
  const databases = []
  try {
    for (const side of sides) databases.push(await server.fresh(side))
    return await act(...databases)
  } finally {
    for (const database of databases) await database.release()
  }
}

const foreignKeys = `select conrelid::regclass::text as table, quote_ident(conname) as name,
  replace(pg_get_constraintdef(oid), ' NOT VALID', '') as definition
from pg_constraint where contype = 'f' and conparentid = 0`

/** Makes each foreign key anew, by which its rows are checked: they were put in unchecked. */
async function checkForeignKeys(database) {
  for (const { table, name, definition } of await database.query(foreignKeys)) {
    await database.run(`begin; alter table ${table} drop constraint ${name};
      alter table ${table} add constraint ${name} ${definition}; rollback`)
  }
}

for (const kind of ['pglite', 'postgres']) {
  test(`the first ${SEEDS.length} seeds load on ${kind}, differ, have sound rows`, async () => {
    const server = servers[kind]
    let filled = 0
    for (const seed of SEEDS) {
      const made = pair(seed, { version: server.version })
      await withDatabases(server, ['from', 'to'], async (from, to) => {
        await from.run(made.from)
        await to.run(made.to)
        assert.ok(!isSame(difference(await facts(from.query), await facts(to.query))), made.name)
        if (made.seed === '') return
        filled++
        await from.run(made.seed)
        await checkForeignKeys(from)
      })
    }
    assert.ok(filled > 0.8 * SEEDS.length, `only ${filled} have rows`)
  })

  test(`facts of one script, loaded twice, are equal on ${kind}`, async () => {
    const server = servers[kind]
    for (const seed of SEEDS.slice(0, 6)) {
      const { from: script, name } = pair(seed, { version: server.version })
      await withDatabases(server, ['from', 'to'], async (one, other) => {
        await one.run(script)
        await other.run(script)
        const found = difference(await facts(one.query), await facts(other.query))
        assert.deepEqual(found, { onlyA: [], onlyB: [] }, name)
      })
    }
  })

  test(`every planted difference is seen on ${kind}`, async () => {
    const server = servers[kind]
    await withDatabases(server, ['from', 'to'], async (one, other) => {
      await one.run(base)
      await other.run(base)
      const plain = await facts(one.query)
      assert.deepEqual(difference(plain, await facts(other.query)), { onlyA: [], onlyB: [] })
      for (const [label, sql, from = 14] of differences) {
        if (server.version < from) continue
        await other.run(`begin; ${sql}`)
        assert.ok(!isSame(difference(plain, await facts(other.query))), label)
        await other.run('rollback')
      }
      assert.deepEqual(difference(plain, await facts(other.query)), { onlyA: [], onlyB: [] })
    })
  })
}

test('a seed is one pair, and an old version gets no new syntax', () => {
  assert.deepEqual(pair(7), pair(7))
  assert.notEqual(pair(7).from, pair(8).from)
  const old = SEEDS.map(seed => pair(seed, { version: 14 })).flatMap(({ from, to }) => [from, to])
  assert.doesNotMatch(old.join(''), /nulls not distinct|security_invoker/)
  const recent = SEEDS.map(seed => pair(seed, { version: 17 })).map(({ from }) => from)
  assert.match(recent.join(''), /nulls not distinct/)
})

test('the pairs have objects of every kind, and every group of mutations', () => {
  const pairs = Array.from({ length: 300 }, (_, i) => pair(i + 1, { version: 17 }))
  const text = pairs.map(({ from, to }) => from + to).join('')
  for (const words of [
    'as enum', 'create domain', 'as range', 'create sequence', 'language plpgsql', 'begin atomic',
    'create procedure', 'create aggregate', 'create trigger', 'constraint trigger', 'create rule',
    'partition by range', 'partition by list', 'partition by hash', ' default;', 'inherits (',
    'row level security', 'create policy', 'create statistics', 'create publication',
    'alter default privileges', 'exclude using gist', 'deferrable initially deferred', 'match full',
    'materialized view', 'with no data', 'security_barrier', 'check_option',
    'generated always as (',
    'generated always as identity', 'bigserial', 'collate "C"', 'using gin', 'using hash',
    'nulls first', 'include (', 'replica identity', 'cluster on', 'unlogged table', 'not valid',
    'no inherit', 'comment on constraint', 'set storage', 'owned by', 'revoke execute', 'setof',
  ]) assert.ok(text.includes(words), words)
  const groups = new Set(pairs.flatMap(({ mutations }) => mutations))
  assert.ok(groups.size > 120, `only ${groups.size} kinds of mutations`)
})

const rowsScript = `create table public.kept (id integer primary key, "A b" text, extra bytea);
  create sequence public.counter;
  create table public.split (id integer) partition by range (id);
  create table public.part partition of public.split for values from (0) to (10);
  insert into public.kept values (1, 'x', 'a'), (2, 'y', null);
  insert into public.split values (1);
  select setval('public.counter', 7)`

const losses = [
  ['a row', 'delete from public.kept where id = 2', 'table public.kept'],
  ['a table', 'drop table public.kept', 'table public.kept'],
  ['a partition', 'drop table public.part', 'table public.split'],
  ['a value', 'update public.kept set "A b" = null where id = 2', 'column public.kept."A b"'],
  ['a changed value', "update public.kept set \"A b\" = 'z' where id = 2",
    'column public.kept.A b'],
  ['a column', 'alter table public.kept drop column "A b"', 'column public.kept."A b"'],
  ['values lost by a new type', `alter table public.kept alter column "A b" type varchar(9)
    using nullif("A b", 'x')`, 'column public.kept."A b"'],
  ['where a sequence stands', "select setval('public.counter', 1)", 'sequence public.counter'],
]

test('lost rows are seen, unless the plan says so', async () => {
  for (const [label, sql, said] of losses) {
    await withDatabases(servers.pglite, ['from'], async database => {
      await database.run(rowsScript)
      const photo = await photograph(database.query)
      assert.deepEqual(lostRows(photo, await photograph(database.query), []), [])
      await database.run(sql)
      const later = await photograph(database.query)
      assert.equal(lostRows(photo, later, []).length, 1, label)
      assert.deepEqual(lostRows(photo, later, [said]), [], label)
    })
  }
})

test('what loses nothing is no loss', async () => {
  await withDatabases(servers.pglite, ['from'], async database => {
    await database.run(rowsScript)
    const photo = await photograph(database.query)
    await database.run(`alter table public.kept drop column extra, add column extra text,
        alter column id type bigint, add column more integer default 3;
      alter table public.split detach partition public.part;
      alter table public.split attach partition public.part for values from (0) to (20)`)
    const lost = lostRows(photo, await photograph(database.query), ['column public.kept.extra'])
    assert.deepEqual(lost, [])
  })
})

const small = {
  name: 'small', from: 'create table public.a (id integer);',
  seed: 'insert into public.a values (1);',
  to: 'create table public.a (id integer, more text);',
}
const planOf = (sql, deletes = []) => ({
  statements: [{ sql, transactional: true, segment: 0 }], deletes, questions: [],
})
const planner = plan => ({ plan })

test('the judge accepts a planner that drops and loads anew, on both servers', async () => {
  for (const server of Object.values(servers)) {
    for (const made of [small, ...[3, 4, 5].map(n => pair(n, { version: server.version }))]) {
      const verdict = await judge(made, { server, planner: fakePlanner })
      assert.equal(verdict.error, null)
      assert.ok(isKept(verdict), JSON.stringify(verdict.difference))
    }
  }
})

test('the judge sees what a bad planner does', async () => {
  const server = servers.pglite
  const idle = await judge(small, { server, planner: planner(async () => planOf('select 1')) })
  assert.deepEqual([idle.catalogEqual, idle.secondPlanEmpty, idle.rowsKept], [false, false, true])
  assert.equal(idle.difference.catalog.onlyB.length, 1)

  const secretive = planner(async given => ({ ...await fakePlanner.plan(given), deletes: [] }))
  const lossy = await judge(small, { server, planner: secretive })
  assert.deepEqual([lossy.catalogEqual, lossy.secondPlanEmpty, lossy.rowsKept], [true, true, false])
  assert.deepEqual(lossy.difference.rows, ['table public.a: 1 rows before, 0 after'])

  const wrong = await judge(small, { server, planner: planner(async () => planOf('drop table b')) })
  assert.equal(wrong.error.stage, 'applying')
  assert.equal(wrong.error.statement, 'drop table b')
  assert.equal(isKept(wrong), false)
})

test('segments are transactions, and a statement that cannot be in one runs alone', async () => {
  const wanted = {
    name: 'segments', from: 'create table public.a (id integer);',
    to: 'create table public.a (id integer, more text); create index i on public.a (id);',
  }
  const statements = [
    { sql: 'alter table public.a add column more text', transactional: true, segment: 0 },
    { sql: 'create index concurrently i on public.a (id)', transactional: false, segment: 1 },
    { sql: 'insert into public.a values (1)', transactional: true, segment: 2 },
    { sql: 'do $$ begin raise unique_violation; end $$', transactional: true, segment: 2 },
  ]
  const take = count => planner(async ({ from }) => {
    const [{ n }] = await from("select count(*) as n from pg_indexes where indexname = 'i'")
    const rest = Number(n) > 0 ? [] : statements.slice(0, count)
    return { statements: rest, deletes: [], questions: [] }
  })
  const good = await judge(wanted, { server: servers.postgres, planner: take(2) })
  assert.ok(isKept(good), JSON.stringify(good))
  const bad = await judge(wanted, { server: servers.postgres, planner: take(4) })
  assert.equal(bad.error.code, '23505')
})

test('a snapshot of Drizzle is printed as SQL that PostgreSQL takes', async () => {
  const column = (name, type, more) => ({ name, type, primaryKey: false, notNull: false, ...more })
  const table = {
    name: 'users', schema: '', isRLSEnabled: false, compositePrimaryKeys: {}, foreignKeys: {},
    columns: {
      id: column('id', 'integer', { primaryKey: true, notNull: true, identity: {
        type: 'byDefault', name: 'users_id_seq', schema: 'public', increment: '2', startWith: '5',
        minValue: '1', maxValue: '99', cache: '1', cycle: false,
      } }),
      mood: column('mood', 'mood[2]', { typeSchema: 'folder', default: "'{\"sad\"}'" }),
      size: column('size', 'integer', { default: 3 }),
      shout: column('shout', 'text', { generated: { as: '"users"."size"::text', type: 'stored' } }),
    },
    indexes: { i: { name: 'i', isUnique: false, method: 'btree', with: { fillfactor: 70 },
      columns: [{ expression: 'size', isExpression: false, asc: false, nulls: 'last' }] } },
    uniqueConstraints: { u: { name: 'u', columns: ['size'], nullsNotDistinct: true } },
    checkConstraints: { c: { name: 'c', value: '"users"."size" > 0' } },
    policies: { p: { name: 'p', as: 'PERMISSIVE', for: 'ALL', to: ['public'], using: 'true' } },
  }
  const snapshot = {
    tables: { 'public.users': table }, schemas: {}, sequences: {}, roles: {}, policies: {},
    enums: { 'folder.mood': { name: 'mood', schema: 'folder', values: ["it's", 'sad'] } },
    views: { 'public.v': { name: 'v', schema: 'public', materialized: false, isExisting: false,
      definition: 'select id from users', with: { checkOption: 'local' } } },
  }
  await withDatabases(servers.pglite, ['from'], async database => {
    await database.run(snapshotSql(snapshot))
    const found = (await facts(database.query)).join('\n')
    for (const words of [
      'enum folder.mood labels {it\'s,sad}', 'start 5 increment 2 from 1 to 99',
      'USING btree (size DESC NULLS LAST)', 'UNIQUE NULLS NOT DISTINCT (size)', 'row security t',
      'check_option=local', 'CHECK ((size > 0))', 'policy p on public.users',
      'generated s', "'{sad}'::folder.mood[]",
    ]) assert.ok(found.includes(words), words)
  })
})
