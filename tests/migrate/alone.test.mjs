// Statements outside of transactions: cancelled, failed, left behind by others, all on PostgreSQL.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { run } from 'ballast/migrate'

import { openArena } from '../support/arena.mjs'
import { bundleFiles } from '../support/bundle.mjs'

const items = {
  '0000_items.sql': `create table items (id int primary key, code int);
    insert into items select g, g % 900 from generate_series(1, 1000) g;`,
}

describe('statements outside of transactions', () => {
  let arena, database
  before(async () => { arena = await openArena() })
  after(() => arena.close())

  async function fresh(files = items) {
    database = await arena.database()
    await apply(files)
    return database
  }
  async function apply(files, options = {}) {
    const events = []
    const onEvent = event => events.push(event)
    const { bundle } = bundleFiles(files)
    const common = { url: database.url, action: 'apply', onEvent, leaseMs: 50 }
    const outcome = await run(bundle, { ...common, ...options }).catch(error => ({ error }))
    return { ...outcome, events }
  }
  const indexes = () => database.rows(
    `select c.relname, i.indisvalid, i.indisunique from pg_index i
     join pg_class c on c.oid = i.indexrelid where i.indrelid = 'items'::regclass order by 1`)

  it('a build that is cancelled half-way is taken away and named', async () => {
    await fresh()
    const holder = await database.connect()
    await holder.query('begin')
    await holder.query('update items set code = code where id = 1')
    const files = { ...items, '0001_i.sql': '\ncreate index concurrently i on items (code);' }
    const going = apply(files)
    await waitFor(async () => (await database.rows(`select pid from pg_stat_progress_create_index
      where phase like 'waiting%'`))[0])
    await database.rows(`select pg_cancel_backend(pid) from pg_stat_progress_create_index`)
    await new Promise(resolve => setTimeout(resolve, 200))
    await holder.query('commit')
    await holder.end()
    const { error, events } = await going
    assert.equal(error.code, '57014')
    assert.equal(`${error.file}:${error.line}`, '0001_i.sql:2')
    assert.ok(events.some(event => event.event === 'repaired'))
    assert.deepEqual(await indexes(), [['items_pkey', true, true]])
    const second = await apply(files)
    assert.deepEqual(second.applied, ['0001_i'])
    assert.deepEqual(await indexes(), [['i', true, false], ['items_pkey', true, true]])
  })

  it('a unique build that fails on duplicates leaves nothing behind, and is named', async () => {
    await fresh()
    const files = { ...items, '0001_u.sql': 'create unique index concurrently u on items (code);' }
    const { error } = await apply(files)
    assert.equal(error.code, '23505')
    assert.equal(error.message, 'could not create unique index "u"')
    assert.equal(error.file, '0001_u.sql')
    assert.deepEqual(await indexes(), [['items_pkey', true, true]])
    await database.rows('update items set code = id')
    assert.deepEqual((await apply(files)).applied, ['0001_u'])
    assert.deepEqual(await indexes(), [['items_pkey', true, true], ['u', true, true]])
  })

  it('IF NOT EXISTS over an invalid index is a repair, never a success', async () => {
    await fresh()
    await database.rows('create unique index concurrently u on items (code)').catch(() => {})
    assert.deepEqual((await indexes())[1], ['u', false, true])
    const sql = 'create index concurrently if not exists u on items (code);'
    const { applied, events } = await apply({ ...items, '0001_u.sql': sql })
    assert.deepEqual(applied, ['0001_u'])
    assert.equal(events.filter(event => event.event === 'repaired').length, 1)
    assert.deepEqual((await indexes())[1], ['u', true, false])
  })

  it('an index of that name that was there before is the server\'s to judge', async () => {
    await fresh()
    await database.rows('create index i on items (code)')
    const files = { ...items, '0001_i.sql': 'create index concurrently i on items (code);' }
    const { error } = await apply(files)
    assert.equal(error.code, '42P07')
    const tolerant = { ...items,
      '0001_i.sql': 'create index concurrently if not exists i on items (code);' }
    // Since nothing of it is done, it may be mended.
    assert.deepEqual((await apply(tolerant)).applied, ['0001_i'])
  })

  it('a build is refused where it takes longer than the caller can wait', async () => {
    await fresh()
    await database.rows('insert into items select g, g from generate_series(1001, 200000) g')
    await database.rows('analyze items')
    const files = { ...items, '0001_i.sql': 'create index concurrently i on items (code);' }
    const { error } = await apply(files, { holdMs: 100 })
    assert.equal(error.code, 'BM012')
    assert.match(error.message, /ballast migrate/)
    const started = await database.rows("select kind from ballast.journal where tag = '0001_i'")
    assert.deepEqual(started, [])
    assert.deepEqual((await apply(files)).applied, ['0001_i'])
  })

  it('drops, reindexes, vacuums, detaches', async () => {
    await fresh({ ...items, '0001_p.sql': `create table p (k int) partition by range (k);
      create table p1 partition of p for values from (0) to (10);
      create index i on items (code);` })
    const { applied } = await apply({ ...items,
      '0001_p.sql': `create table p (k int) partition by range (k);
      create table p1 partition of p for values from (0) to (10);
      create index i on items (code);`,
      '0002_r.sql': 'reindex index concurrently i;',
      '0003_v.sql': 'vacuum (analyze) items;',
      '0004_d.sql': 'alter table p detach partition p1 concurrently;',
      '0005_x.sql': 'drop index concurrently i;' })
    assert.deepEqual(applied, ['0002_r', '0003_v', '0004_d', '0005_x'])
    assert.deepEqual(await database.rows('select count(*) from pg_inherits'), [['0']])
    assert.deepEqual(await indexes(), [['items_pkey', true, true]])
  })

  it('an interrupted detach is ended by FINALIZE', async () => {
    const base = { '0000_p.sql': `create table p (k int) partition by range (k);
      create table p1 partition of p for values from (0) to (10);` }
    await fresh(base)
    const holder = await database.connect()
    await holder.query('begin')
    await holder.query('select * from p')
    const other = await database.connect()
    await other.query("set statement_timeout = '300ms'")
    await other.query('alter table p detach partition p1 concurrently').catch(() => {})
    await holder.query('commit')
    await Promise.all([holder.end(), other.end()])
    assert.deepEqual(await database.rows('select inhdetachpending from pg_inherits'), [[true]])
    const { applied } = await apply({ ...base,
      '0001_d.sql': 'alter table p detach partition p1 concurrently;' })
    assert.deepEqual(applied, ['0001_d'])
    assert.deepEqual(await database.rows('select count(*) from pg_inherits'), [['0']])
  })

  it('a run that died in the middle is taken over, after its lease', async () => {
    await fresh()
    const files = { ...items, '0001_i.sql': 'create index concurrently i on items (code);' }
    const controller = new AbortController()
    const fetching = async (url, init) => {
      if (String(new TextDecoder().decode(init.body)).includes('*/ create index')) {
        controller.abort()
        throw new TypeError('gone')
      }
      return fetch(url, init)
    }
    const first = await apply(files, { fetch: fetching, signal: controller.signal })
    assert.equal(first.error.code, 'BH005')
    const second = await apply(files, { leaseMs: 300 })
    assert.deepEqual(second.applied, ['0001_i'])
    assert.ok(second.events.some(event => event.event === 'waiting' && event.why === 'another'))
    const kinds = await database.rows(
      "select kind from ballast.journal where tag = '0001_i' order by seq")
    assert.deepEqual(kinds.flat(), ['started', 'started', 'done'])
  })
})

async function waitFor(condition) {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('it did not come to that')
}
