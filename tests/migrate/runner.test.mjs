// What the runner promises of transactions, packs, locks and batches, on PostgreSQL.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { run } from 'ballast/migrate'

import { openArena } from '../support/arena.mjs'
import { bundleFiles } from '../support/bundle.mjs'

describe('the runner', () => {
  let arena, database
  before(async () => { arena = await openArena() })
  after(() => arena.close())

  async function start(files, options) {
    database = await arena.database()
    return apply(files, options)
  }
  async function apply(files, options = {}) {
    const events = []
    const { bundle } = bundleFiles(files, options.settings)
    const common = { url: database.url, action: 'apply', onEvent: event => events.push(event) }
    const outcome = await run(bundle, { ...common, ...options }).catch(error => ({ error }))
    return { ...outcome, events }
  }
  const one = async query => (await database.rows(query))[0][0]

  it('takes at most three requests for a hundred small migrations', async () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [
      `${String(i).padStart(4, '0')}_m.sql`,
      i % 2 === 0 ? `create table t${i} (id int primary key, name text);`
        : `alter table t${i - 1} add column more int;
           create index on t${i - 1} (name);`,
    ]))
    const { applied, requests } = await start(files)
    assert.equal(applied.length, 100)
    assert.ok(requests <= 3, `${requests} requests`)
    assert.equal((await apply(files)).requests, 1)
  })

  it('packs behind an applied one only what touches nothing else', async () => {
    const first = { '0000_a.sql': 'create table a (id int);' }
    await start(first)
    const { events } = await apply({ ...first,
      '0001_b.sql': 'create table b (id int);',
      '0002_b.sql': 'alter table b add x int;',
      '0003_a.sql': 'alter table a add x int;',
      '0004_a.sql': 'alter table a add y int;' })
    assert.deepEqual(events.filter(event => event.event === 'applying').map(event => event.tags),
      [['0001_b', '0002_b'], ['0003_a'], ['0004_a']])
  })

  it('never validates in the transaction that added a constraint, with rows', async () => {
    const bare = `create table t (id int, a int);`
    const rows = `${bare} insert into t select g, g from generate_series(1, 10) g;`
    const both = `alter table t add constraint positive check (a > 0) not valid;
      alter table t validate constraint positive;`
    for (const files of [
      { '0000_t.sql': rows, '0001_v.sql': both },
      { '0000_t.sql': rows, '0001_n.sql': both.split('\n')[0], '0002_v.sql': both.split('\n')[1] },
      { '0000_all.sql': `${rows} ${both}` },
    ]) {
      const sent = []
      const fetching = (url, init) => {
        sent.push(new TextDecoder().decode(init.body))
        return fetch(url, init)
      }
      const { error } = await start(files, { fetch: fetching })
      assert.equal(error, undefined)
      for (const body of sent) {
        assert.ok(!(body.includes('not valid') && body.includes('validate constraint')), body)
      }
      assert.equal(await one('select convalidated from pg_constraint where conname = \'positive\''),
        true)
    }
  })

  it('names the failing statement of many, by file, line and column', async () => {
    const { error } = await start({ '0000_a.sql': `create table a (id int);
      insert into a values (1);
      -- Ünïcode before it
      select 'ä', nope from a;
      create table b (id int);` })
    assert.equal(error.code, '42703')
    assert.equal(error.message, 'column "nope" does not exist')
    assert.deepEqual([error.file, error.line, error.column], ['0000_a.sql', 4, 19])
    assert.equal(error.statement, `select 'ä', nope from a`)
    assert.equal(await one(`select to_regclass('a') is null
      and to_regclass('ballast.journal') is null`), true)
  })

  it('names a statement that fails in a function, and one at commit', async () => {
    const files = { '0000_f.sql': `create function boom() returns int language plpgsql as $$
      begin
        return 1 / 0;
      end $$;
      create table d (id int primary key, other int references d deferrable initially deferred);
      select boom();` }
    const { error } = await start(files)
    assert.deepEqual([error.code, error.line], ['22012', 6])
    const { error: late } = await start({ '0000_d.sql': `create table d (id int primary key,
      other int references d deferrable initially deferred);
      insert into d values (1, 2);` })
    assert.deepEqual([late.code, late.file, late.line], ['23503', '0000_d.sql', undefined])
  })

  it('sends a pack that fails one by one, and keeps what went before', async () => {
    const { error } = await start({
      '0000_a.sql': 'create table a (id int);',
      '0001_b.sql': 'create table b (id int); select 1 / 0;',
      '0002_c.sql': 'create table c (id int);',
    })
    assert.deepEqual([error.code, error.tag, error.applied, error.pending],
      ['22012', '0001_b', ['0000_a'], ['0001_b', '0002_c']])
    assert.equal(await one(`select count(*) from ballast.journal where kind = 'applied'`), '1')
  })

  it('waits for a lock and tries again, and says so when it is never had', async () => {
    const first = { '0000_a.sql': 'create table a (id int);' }
    const files = { ...first, '0001_x.sql': `-- ballast:lock_timeout=100ms
      alter table a add x int;` }
    await start(first)
    const holder = await database.connect()
    await holder.query('begin')
    await holder.query('lock table a in access share mode')
    const { error, events } = await apply(files, { attempts: 3, sleep: async () => {} })
    assert.equal(error.code, '55P03')
    assert.equal(error.message, 'canceling statement due to lock timeout')
    assert.deepEqual([error.file, error.line], ['0001_x.sql', 2])
    assert.match(error.hint, /pg_stat_activity/)
    const waits = events.filter(event => event.event === 'waiting' && event.why === 'lock')
    assert.equal(waits.length, 2)
    setTimeout(() => holder.query('commit').then(() => holder.end()), 300)
    assert.deepEqual((await apply(files)).applied, ['0001_x'])
  })

  it('stops at a limit and goes on with the next call', async () => {
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [
      `000${i}_i.sql`, i === 0 ? 'create table t (a int, b int);'
        : `create index concurrently t_${i} on t (a, b);`]))
    await start({})
    let calls = 0
    for (let more = true; more; calls++) {
      const summary = await apply(files, { maxRequests: 14 })
      assert.equal(summary.error, undefined)
      more = summary.more
      assert.ok(summary.requests <= 14)
      assert.ok(calls < 10)
    }
    assert.ok(calls > 1)
    assert.equal(await one(`select count(*) from pg_index where indrelid = 't'::regclass
      and indisvalid`), '5')
  })

  it('covers rows that come while a batch is on its way', async () => {
    const rows = { '0000_t.sql': `create table t (id int primary key, name text, slug text);
      insert into t select g * 10, 'Name ' || g, null from generate_series(1, 200) g;` }
    await start(rows)
    let inserted = 0
    const onEvent = event => {
      if (event.event !== 'progress' || event.phase !== 'batch') return
      inserted++
      // Between the keys that are there, and behind the cursor.
      void database.rows(`insert into t values (${inserted * 10 + 1}, 'Late', null)`)
    }
    const { error, applied } = await apply({ ...rows, '0001_s.sql': `update t as x
      set slug = lower(x.name) where /* ballast:batch key=(id) size=20 */ true;` }, { onEvent })
    assert.equal(error, undefined)
    assert.deepEqual(applied, ['0001_s'])
    await new Promise(resolve => setTimeout(resolve, 200))
    // The last few may have come after the sweep has passed them.
    assert.ok(inserted >= 10)
    assert.ok(Number(await one('select count(*) from t where slug is null')) <= 2)
  })

  it('refuses a batch whose key may be NULL, and functions that are not immutable', async () => {
    const rows = { '0000_t.sql': 'create table t (id int, name text, at text);' }
    await start(rows)
    const mark = '/* ballast:batch key=(id) size=20 */ true'
    const key = await apply({ ...rows, '0001_s.sql': `update t set name = 'x' where ${mark};` })
    assert.equal(key.error.code, 'BM014')
    assert.match(key.error.message, /key column id of "t" may be NULL/)
    await database.rows('alter table t alter id set not null')
    const stable = await apply({ ...rows,
      '0001_s.sql': `update t set name = to_char(id, '9') where ${mark};` })
    assert.match(stable.error.message, /to_char, which is not immutable/)
  })

  it('walks by a key of several columns, deletes in batches, and undoes', async () => {
    const files = {
      '0000_t.sql': `create table t (a int, b text, n int, primary key (a, b));
        insert into t select g % 7, 'k' || g, 0 from generate_series(1, 500) g;`,
      '0001_n.sql': `update t set n = n + 1
        where /* ballast:batch key=(a, b) size=37 sweep=none */ true;`,
      '0001_n.down.sql': `update t set n = 0 where /* ballast:batch key=(a, b) size=100 */ true;`,
      '0002_d.sql': `delete from t where /* ballast:batch key=(a, b) size=10 */ true and a = 3;`,
      '0002_d.down.sql': 'select 1;',
    }
    const { applied } = await start(files)
    assert.equal(applied.length, 3)
    assert.equal(await one(`select format('%s %s %s', count(*), sum(n), max(n)) from t`),
      '428 428 1')
    const undo = { action: 'undo', to: '0000_t', allowDataLoss: true }
    const { undone, error } = await apply(files, undo)
    assert.equal(error, undefined)
    assert.deepEqual(undone, ['0002_d', '0001_n'])
    assert.equal(await one('select sum(n) from t'), '0')
  })

  it('knows a renamed migration by its text', async () => {
    const down = { '0001_old.down.sql': 'drop table b;' }
    await start({ '0000_a.sql': 'create table a (id int);',
      '0001_old.sql': 'create table b (id int);', ...down })
    const { renamed, applied, error } = await apply({ '0000_a.sql': 'create table a (id int);',
      '0001_new.sql': '-- A new comment.\nCREATE TABLE b (\n  id int\n)' })
    assert.equal(error, undefined)
    assert.deepEqual([renamed, applied], [[{ from: '0001_old', to: '0001_new' }], []])
  })

  it('lets a migration be mended where it is not done yet, and nowhere else', async () => {
    const broken = { '0000_a.sql': `create table a (id int);
      -- ballast:commit
      create table b (id int, nope nonsense);` }
    const { error } = await start(broken)
    assert.deepEqual([error.code, error.line], ['42704', 3])
    const meddled = { '0000_a.sql': broken['0000_a.sql'].replace('a (id int)', 'a (id bigint)') }
    assert.equal((await apply(meddled)).error.code, 'BM004')
    const mended = { '0000_a.sql': broken['0000_a.sql'].replace(', nope nonsense', '') }
    assert.deepEqual((await apply(mended)).applied, ['0000_a'])
    assert.deepEqual((await apply(mended)).applied, [])
    assert.equal((await apply(broken)).error.code, 'BM004')
  })

  it('refuses a half-applied migration that is cut otherwise, where a statement would be lost',
    async () => {
      const cut = '\n-- ballast:commit\n'
      const [a, broken] = ['create table a (id int);', 'create table c (id int);']
      const b = 'select 1 / 0;'
      const { error } = await start({ '0000_a.sql': [a, b, broken].join(cut) })
      assert.equal(error.code, '22012')
      // The second statement would be taken for a part of the first segment, which is done.
      const again = { '0000_a.sql': [`${a}\n${b}`, broken].join(cut) }
      assert.equal((await apply(again)).error.code, 'BM004')
    })

  it('lets a statement that runs alone be mended, too', async () => {
    const table = { '0000_t.sql': 'create table t (a int);' }
    await start(table)
    const wrong = { ...table, '0001_i.sql': 'create index concurrently i on t (nope);' }
    assert.equal((await apply(wrong)).error.code, '42703')
    const right = { ...table, '0001_i.sql': 'create index concurrently i on t (a);' }
    const { error, applied } = await apply(right, { leaseMs: 0 })
    assert.equal(error, undefined)
    assert.deepEqual(applied, ['0001_i'])
  })

  it('goes on with a batch that a limit stopped, without waiting', async () => {
    const files = {
      '0000_t.sql': `create table t (id int primary key, n int);
        insert into t select g, 0 from generate_series(1, 100) g;`,
      '0001_n.sql': `update t set n = n + 1
        where /* ballast:batch key=(id) size=5 sweep=none */ true;`,
    }
    await start({ '0000_t.sql': files['0000_t.sql'] })
    const began = Date.now()
    let calls = 0
    for (let more = true; more; calls++) {
      const summary = await apply(files, { maxRequests: 12 })
      assert.equal(summary.error, undefined)
      assert.deepEqual(summary.events.filter(event => event.event === 'waiting'), [])
      more = summary.more
      assert.ok(calls < 30)
    }
    assert.ok(calls > 2)
    assert.ok(Date.now() - began < 15_000)
    assert.equal(await one('select min(n) || \' \' || max(n) from t'), '1 1')
  })

  it('takes Drizzle\'s row away also where a down ends outside of a transaction', async () => {
    const journal = tags => JSON.stringify({ version: '7', dialect: 'postgresql', entries:
      tags.map((tag, idx) => ({ idx, version: '7', when: 1000 + idx, tag, breakpoints: true })) })
    const files = {
      'meta/_journal.json': journal(['0000_t', '0001_i']),
      '0000_t.sql': 'create table t (a int);',
      '0001_i.sql': 'create index concurrently i on t (a);',
      '0001_i.down.sql': 'drop index concurrently i;',
    }
    await start(files)
    const { undone } = await apply(files, { action: 'undo', to: '0000_t' })
    assert.deepEqual(undone, ['0001_i'])
    const { applied, adopted } = await apply(files)
    assert.deepEqual([applied, adopted], [['0001_i'], []])
  })

  it('keeps the fingerprint of what a run left, which the same schema has again', async () => {
    const first = { '0000_a.sql': 'create table a (id int);' }
    const more = { ...first, '0001_b.sql': 'create table b (id int);',
      '0001_b.down.sql': 'drop table b;' }
    await start(first)
    await apply(more)
    await apply(more, { action: 'undo', to: '0000_a', allowDataLoss: true })
    await apply(more)
    const prints = (await database.rows(`select fingerprint from ballast.journal
      where kind <> 'genesis' order by seq`)).flat()
    assert.equal(prints.length, 4)
    assert.ok(prints.every(print => /^2:[0-9a-f]{32}$/.test(print)))
    assert.deepEqual([prints[2], prints[3]], [prints[0], prints[1]])
    assert.notEqual(prints[0], prints[1])
  })

  it('says in its status whether the schema is as the last run left it', async () => {
    const files = { '0000_a.sql': 'create table a (id int);' }
    await start(files)
    assert.equal((await apply(files, { action: 'status' })).drift, false)
    for (const [change, back] of [
      ['alter table a add column b text', 'alter table a drop column b'],
      ["comment on table a is 'x'", 'comment on table a is null'],
      ['create statistics s on id, (id + 1) from a', 'drop statistics s'],
    ]) {
      await database.rows(change)
      assert.equal((await apply(files, { action: 'status' })).drift, true, change)
      await database.rows(back)
      assert.equal((await apply(files, { action: 'status' })).drift, false, back)
    }
    await database.rows('update ballast.journal set fingerprint = null')
    assert.equal((await apply(files, { action: 'status' })).drift, null)
  })

  it('opens the journal of release 0.10', async () => {
    database = await arena.database()
    const dump = new URL('journal-0.10.sql', import.meta.url)
    const client = await database.connect()
    await client.query(readFileSync(dump, 'utf8'))
    await client.end()
    const summary = await apply({
      '0000_users.sql': 'create table users (id int);',
      '0001_index.sql': 'create index concurrently users_id on users (id);',
      '0002_undone.sql': 'create table gone (id int);',
    })
    assert.equal(summary.error, undefined)
    assert.deepEqual(summary.applied, ['0002_undone'])
  })
})
