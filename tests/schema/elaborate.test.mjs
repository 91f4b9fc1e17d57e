// How SQL becomes a model: files, folders and patterns, roles that are missing, extensions, and the
// elaborator that `ballast dev` keeps.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startBallast } from '../support/command.mjs'
import { cache, users, workshop } from './workshop.mjs'

let project
afterEach(() => project?.remove())

/** The tables that generate would make. */
async function tables(files, options = {}) {
  project = workshop(files, options)
  const { events } = await project.expect(0, ['generate', '--dry-run', '--json'])
  const made = events.at(-1).statements.map(({ object }) => object)
  const found = made.filter(object => object.startsWith('table '))
  return [...new Set(found)].map(object => object.slice('table public.'.length))
}

describe('where a schema is', () => {
  test('a folder in the order of its names, without the migrations in it', async () => {
    const found = await tables({
      'ballast.config.json': { schema: 'db', migrations: 'db/migrations' },
      'db/02_b.sql': 'create table b (id int references a);',
      'db/01_a.sql': 'create table a (id int primary key);',
      'db/more/c.sql': 'create table c (id int references b_key);',
      'db/later.sql': 'create table b_key (id int primary key);',
      'db/readme.md': 'no SQL',
    })
    assert.deepEqual(found, ['a', 'b', 'b_key', 'c'])
  })

  test('an array with a pattern', async () => {
    const found = await tables({
      'ballast.config.json': { schema: ['base.sql', 'tables/*.sql'] },
      'base.sql': "create type mood as enum ('a');",
      'tables/t.sql': 'create table t (m mood);',
      'tables/u.sql': 'create table u (m mood);',
    })
    assert.deepEqual(found, ['t', 'u'])
  })

  test('a mistake in the second file names that one', async () => {
    project = workshop({
      'ballast.config.json': { schema: 'db/*.sql' },
      'db/a.sql': 'create table a (id int);\n',
      'db/b.sql': '-- 😀 a letter that is two\n/* 😀 */ create table b (id nonsense);\n',
    })
    const { events } = await project.expect(1, ['generate', '--json'])
    const { file, line, column, code } = events.at(-1)
    assert.deepEqual([file, line, column, code], ['db/b.sql', 2, 28, '42704'])
  })
})

describe('what a text may hold', () => {
  test('missing roles, CONCURRENTLY, what pg_dump writes, a transaction of its own', async () => {
    const sql = `\\restrict abc
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
begin;
create table public.t (id int);
commit;
create index concurrently i on public.t (id);
alter table public.t owner to "some Owner";
grant select on public.t to reader, writer;
create policy p on public.t to "third one" using (true);
\\unrestrict abc
`
    assert.deepEqual(await tables({ 'schema.sql': sql }), ['t'])
  })

  test('extensions that PGlite ships', async () => {
    const sql = `create extension if not exists citext; create extension "uuid-ossp";
create extension pg_trgm; create extension vector; create extension earthdistance cascade;
create table t (id uuid default uuid_generate_v4(), c citext, v vector(3));
create index on t using gin ((c::text) gin_trgm_ops);`
    assert.deepEqual(await tables({ 'schema.sql': sql }), ['t'])
  })

  test('one schema leaves nothing behind for the next', async () => {
    const found = await tables({
      'schema.sql': 'create table a (id int); grant select on a to x1;',
    })
    assert.deepEqual(found, ['a'])
    project.remove()
    const other = await tables({
      'schema.sql': 'create table b (id int); grant select on b to x1;',
    })
    assert.deepEqual(other, ['b'])
  })
})

describe('ballast dev keeps an elaborator', () => {
  const schema = name =>
    `create table ${name}_${process.pid} (id int); grant select on ${name}_${process.pid} to x;`

  async function withDev(body) {
    project = workshop({ 'schema.sql': schema('a') })
    const data = mkdtempSync(join(tmpdir(), 'ballast-dev-'))
    const dev = startBallast(
      project,
      ['dev', '--port', '0', '--data', join(data, 'pgdata'), '--quiet'],
      {
        env: cache,
      },
    )
    try {
      for (let i = 0; i < 600 && !project.has('.ballast/dev.json'); i++) await sleep(100)
      assert.ok(project.has('.ballast/dev.json'), dev.out + dev.err)
      await body(JSON.parse(project.read('.ballast/dev.json')))
    } finally {
      dev.child.kill('SIGTERM')
      await dev.ended
      rmSync(data, { recursive: true, force: true })
    }
  }

  test('which the others use, which only its owner may ask, and which goes with it', async () => {
    await withDev(async ({ port, token }) => {
      assert.equal(statSync(project.path('.ballast/dev.json')).mode & 0o777, 0o600)
      const { err } = await project.expect(0, ['generate', '--name', 'a'])
      assert.doesNotMatch(err, /loading/)
      const url = `http://127.0.0.1:${port}/elaborate`
      const ask = (authorization, method = 'POST') =>
        fetch(url, {
          method,
          headers: { authorization },
          ...(method === 'POST' ? { body: '{}' } : {}),
        })
      assert.equal((await ask('Bearer wrong')).status, 401)
      assert.equal((await ask(`Bearer ${token}`, 'GET')).status, 404)
      assert.equal((await ask(`Bearer ${token}`)).status, 500)
      project.write({ 'schema.sql': 'create tabel t (id int);' })
      assert.match((await project.expect(1, ['generate'])).err, /schema\.sql:1:8: error 42601/)
    })
    assert.equal(project.has('.ballast/dev.json'), false)
  })

  test('and which goes on from what the last job has left, and from nothing else', async () => {
    await withDev(async ({ port, token }) => {
      const query = `select concat((select string_agg(relname, ',' order by oid) from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'), ':',
        (select count(*) from pg_roles where rolname = 'late'), ':',
        (select count(*) from pg_prepared_statements), ':', txid_current())`
      const ask = async (...texts) => {
        const stages = texts.map(text => {
          return { segments: [{ isAlone: false, texts: [text] }], isAsked: true }
        })
        const response = await fetch(`http://127.0.0.1:${port}/elaborate`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify({ extensions: [], stages, commits: false, query }),
        })
        const { cells, refused } = await response.json()
        const found = cells.map(cell => cell.split(':'))
        return { found: found.map(cell => cell.slice(0, 3).join(' ')), refused, at: found[0]?.[3] }
      }
      const [a, b, late] = [1, 2, 3].map(n => `create table t${n} (id int);`)
      const first = await ask(a)
      assert.deepEqual(first.found, ['t1 0 1'])
      const second = await ask(a, b)
      assert.deepEqual([second.found, second.at], [['t1 0 1', 't1,t2 0 1'], first.at])
      const other = await ask(a, late, b)
      assert.deepEqual(other.found, ['t1 0 1', 't1,t3 0 1', 't1,t3,t2 0 1'])
      assert.equal(other.at, first.at)
      assert.deepEqual((await ask(b)).found, ['t2 0 1'])
      const refused = await ask(b, 'create tabel t ();', a)
      assert.deepEqual([refused.found, refused.refused.stage], [['t2 0 1'], 1])
      assert.deepEqual((await ask(b, a)).found, ['t2 0 1', 't2,t1 0 1'])
      // A role that only a later text needs is not there when the first one is asked by itself.
      const roles = await ask(b, `${a} grant select on t1 to late;`)
      assert.deepEqual(roles.found, ['t2 1 1', 't2,t1 1 1'])
      assert.deepEqual((await ask(b)).found, ['t2 0 1'])
      assert.deepEqual((await ask('deallocate all;', a)).found, [' 0 1', 't1 0 1'])
      assert.deepEqual((await ask(`${a} commit;`, b)).found, ['t1 0 1', 't1,t2 0 1'])
      assert.deepEqual((await ask(b)).found, ['t2 0 1'])
    })
  })

  test('and which is done without where it is of another version, or gone', async () => {
    await withDev(async notice => {
      for (const [name, other] of Object.entries({
        version: { ...notice, ballast: '0.0.1' },
        pglite: { ...notice, pglite: '0.0.1' },
        token: { ...notice, token: 'x' },
        port: { ...notice, port: 1 },
      })) {
        project.write({ '.ballast/dev.json': other, 'schema.sql': schema(name) })
        const { err, out } = await project.expect(0, ['generate', '--dry-run'])
        assert.match(err, /loading/, name)
        assert.match(out, new RegExp(`CREATE TABLE public.${name}_`))
      }
      project.write({ '.ballast/dev.json': 'nonsense', 'schema.sql': schema('text') })
      await project.expect(0, ['generate', '--dry-run'])
    })
  })
})

test('a cluster that was cut off is made anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cache-'))
  try {
    project = workshop({ 'schema.sql': users }, { env: { XDG_CACHE_HOME: folder } })
    await project.expect(0, ['generate', '--dry-run'])
    const name = join(folder, 'ballast/cluster-0.5.14.tar')
    const whole = readFileSync(name)
    writeFileSync(name, whole.subarray(0, whole.length - 4096))
    project.write({ 'schema.sql': `${users}create table t (id int);` })
    await project.expect(0, ['generate', '--dry-run'])
    assert.equal(readFileSync(name).length % 512, 0)
    assert.ok(readFileSync(name).length > whole.length / 2)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
