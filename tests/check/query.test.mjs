// The query of room `catalog` on PostgreSQL 14 to 18: a database's own objects, and what another
// major has that 17 has not.
import { after, before, describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import pg from 'pg'
import { readFacts } from '../../src/catalog/facts.mjs'
import { queryText } from '../../src/catalog/query.mjs'
import { native } from '../support/native.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { top } from '../support/source.mjs'

const source = process.env.POSTGRES_SOURCE_DIR ?? join(top, 'build/deps/postgresql-17')
const made = native('postgres')
const facts = readFacts(join(source, 'src'), join(made, 'catalog'))
const query = queryText(facts)

const schema = `
  create schema shop;
  create type shop.mood as enum ('bad', E'very\\tgood\\\\');
  create domain shop.small as int check (value < 10);
  create domain shop.smaller as shop.small not null;
  create type shop.pair as (a int, b text collate "C");
  create type shop.span as range (subtype = int4);
  create collation shop.plain from "C";
  create function shop.add(a int, b int default 1, out c int) language sql as 'select a + b';
  create function shop.many(variadic x text[]) returns table (y text) language sql
    as 'select unnest(x)';
  create function shop.same(shop.mood, text) returns bool language sql
    as 'select $1::text = $2';
  create operator shop.== (leftarg = shop.mood, rightarg = text, function = shop.same);
  create function shop.to_int(shop.mood) returns int language sql as 'select 1';
  create cast (shop.mood as int) with function shop.to_int(shop.mood) as implicit;
  create aggregate shop.total(int) (sfunc = int4pl, stype = int, initcond = '0');
  create table shop.parent (id bigint generated always as identity primary key, gone int,
    name varchar(20) not null default 'x', mood shop.mood, low shop.smaller, e char[],
    twice bigint generated always as (7) stored, who information_schema.sql_identifier,
    unique (name, id) deferrable);
  alter table shop.parent drop column gone;
  create index plain on shop.parent (mood);
  create unique index lowered on shop.parent (lower(name), id) where name <> E'a\\nb';
  create table shop.child () inherits (shop.parent);
  alter table shop.child alter low drop not null;
  create table shop.loose (a int not null, b int not null);
  create table shop.looser () inherits (shop.loose);
  create table shop.parted (a int primary key) partition by list (a);
  create table shop.part partition of shop.parted for values in (1);
  create table shop.room (during int4range, exclude using gist (during with &&));
  create view shop.simple as select id, name from shop.parent where name <> E'a\\tb';
  create view shop.joined as select a.id, a.who from shop.parent a join shop.parent b using (id);
  create view shop.ruled as select 1 as x;
  create rule i as on insert to shop.ruled do instead nothing;
  create rule u as on update to shop.ruled where new.x > 1 do instead nothing;
  create rule u2 as on update to shop.ruled do instead nothing;
  create view shop.triggered as select 1 as x;
  create function shop.trig() returns trigger language plpgsql as 'begin return null; end';
  create trigger t instead of delete or update on shop.triggered for each row
    execute function shop.trig();
  create materialized view shop.kept as select 1 as x;
  create sequence shop.numbers;
  create temp table mine (x int);
  create extension if not exists plpgsql;`

async function open(version) {
  const server = await startPostgres({ version })
  const client = new pg.Client({
    connectionString: server.url,
    types: { getTypeParser: () => value => value },
  })
  await client.connect()
  return { server, client }
}

async function ask(client, sql) {
  return (await client.query({ text: sql, rowMode: 'array' })).rows
}

/** The lines of the text, by their letters; those of columns and keys are in their relation's. */
async function tell(client) {
  const [[text]] = await ask(client, query)
  assert.match(text, /\n\.\n$/)
  const [head, ...rest] = text.trimEnd().split('\n')
  const lines = { head: head.split('\t') }
  let relation
  for (const line of rest) {
    const [letter, ...fields] = line.split('\t')
    if (letter === 'c' || letter === 'k') relation[letter].push(fields)
    else (lines[letter] ??= []).push(fields)
    if (letter === 'r') relation = Object.assign(fields, { c: [], k: [] })
  }
  return lines
}

function one(lines, name, at = 2) {
  const found = lines.filter(fields => fields[at] === name)
  assert.equal(found.length, 1, name)
  return found[0]
}

for (const version of [14, 15, 16, 17, 18]) {
  describe(`PostgreSQL ${version}`, () => {
    let server
    let client
    let bare
    let lines

    before(async () => {
      ;({ server, client } = await open(version))
      bare = await tell(client)
      await client.query(schema)
      lines = await tell(client)
    })

    after(async () => {
      await client?.end()
      await server?.stop()
    })

    it('tells the version and the schemas', () => {
      assert.equal(lines.head[0], '2')
      assert.equal(Math.floor(Number(lines.head[1]) / 10000), version)
      const names = lines.s.map(([, name]) => name).sort()
      assert.deepEqual(names, ['information_schema', 'pg_temp', 'public', 'shop'])
    })

    it('tells the indexes of a schema, those among them that are no keys', () => {
      const shop = lines.s.find(([, name]) => name === 'shop')[0]
      const [, ...names] = lines.i.find(([schema]) => schema === shop)
      assert.deepEqual(names, names.toSorted())
      for (const name of ['lowered', 'parent_pkey', 'parted_pkey', 'plain']) {
        assert.ok(names.includes(name), name)
      }
    })

    it('tells types', () => {
      const flags = name => one(lines.t, name)[6]
      assert.equal(flags('small'), 'c')
      assert.equal(flags('smaller'), 'nc')
      assert.equal(one(lines.t, 'mood')[3], 'e')
      assert.equal(one(lines.t, 'pair')[3], 'c')
      assert.equal(one(lines.t, 'span')[13], '23')
      assert.equal(one(lines.t, 'span_multirange')[13], one(lines.t, 'span')[0])
      assert.equal(one(lines.a, '_mood')[3], one(lines.t, 'mood')[0])
      const [, bad, good] = one(lines.l, one(lines.t, 'mood')[0], 0)
      assert.deepEqual([bad, good], ['bad', 'very\\tgood\\\\'])
      assert.match(one(lines.n, 'plain', 1)[2], /^\d+$/)
      assert.ok(lines.m.some(([, , name]) => name === 'sql_identifier'))
    })

    it('tells functions, operators and casts', () => {
      const mood = one(lines.t, 'mood')[0]
      const add = one(lines.f, 'add')
      assert.deepEqual(add.slice(3, 5), ['23', '23 23'])
      assert.deepEqual(add.slice(6), ['0', '1', '0', '23 23 23', 'iio', 'a', 'b', 'c'])
      assert.deepEqual(one(lines.f, 'many').slice(5), [
        ...['fv-r', '25', '0', '0', '1009 25', 'vt', 'x', 'y'],
      ])
      assert.equal(one(lines.f, 'total')[5].slice(0, 3), 'ain')
      assert.deepEqual(one(lines.o, '==').slice(3, 6), [mood, '25', '16'])
      const casts = lines.x.filter(([from]) => from === mood)
      assert.deepEqual(casts, [[mood, '23', one(lines.f, 'to_int')[0], 'i', 'f']])
    })

    it('tells tables, their columns and keys', () => {
      const parent = one(lines.r, 'parent')
      const [id, gone, name, mood, low, list, twice, who] = parent.c
      assert.deepEqual(id, ['id', '20', 'ndA'])
      assert.deepEqual(gone, [])
      assert.deepEqual(name, ['name', '1043', 'nd', '24'])
      assert.deepEqual([mood[0], low[0], low[2] ?? ''], ['mood', 'low', ''])
      // character(1), whose modifier is that of its elements.
      assert.deepEqual(list, ['e', '1014', '', '5'])
      assert.deepEqual(twice, ['twice', '20', 'dS'])
      assert.equal(who[0], 'who')
      const keys = parent.k.map(([is, ...rest]) => [is, ...rest])
      assert.deepEqual(one(keys, 'parent_pkey', 0), ['parent_pkey', '1', 'puic'])
      assert.deepEqual(one(keys, 'parent_name_id_key', 0).slice(1), ['3 1', 'uc'])
      const lowered = one(keys, 'lowered', 0)
      assert.deepEqual(lowered.slice(1, 4), ['0 1', 'ui', 'lower((name)::text)'])
      assert.match(lowered[4], /<> 'a\\nb'/)
      assert.equal(one(lines.r, 'child')[8], parent[0])
      assert.equal(one(lines.r, 'part')[8], one(lines.r, 'parted')[0])
      assert.deepEqual(one(lines.r, 'room').k.map(key => key.slice(1)), [['1', 'ic']])
      assert.equal(one(lines.s, 'pg_temp', 1)[0], one(lines.r, 'mine')[1])
      assert.deepEqual(one(lines.r, 'numbers').c, [])
    })

    it('tells views, what they are, and what writes through them', () => {
      const simple = one(lines.r, 'simple')
      assert.match(simple[9], /^SELECT .*\\n +FROM shop\.parent\\n +WHERE .*'a\\tb'/)
      const bits = name => one(lines.r, name).slice(5, 8).map(Number)
      assert.deepEqual(bits('simple'), [0, 0, 7])
      assert.deepEqual(bits('joined'), [0, 0, 0])
      assert.deepEqual(bits('ruled'), [3, 3, 0])
      assert.deepEqual(bits('triggered'), [6, 0, 0])
      assert.match(one(lines.r, 'kept')[9], /^SELECT 1/)
    })

    it('says NOT NULL only where no child can have a NULL', async () => {
      assert.deepEqual(one(lines.r, 'loose').c, [['a', '23', 'n'], ['b', '23', 'n']])
      if (version >= 18) {
        await client.query(`alter table shop.room add constraint nn not null during not valid`)
        assert.deepEqual(one((await tell(client)).r, 'room').c, [['during', '3904']])
        return
      }
      await client.query('alter table shop.looser alter b drop not null')
      const then = await tell(client)
      assert.deepEqual(one(then.r, 'loose').c, [['a', '23', 'n'], ['b', '23']])
    })

    it('leaves the search path as it was, and does not depend on it', async () => {
      const [text] = await ask(client, query)
      for (const path of ['shop, pg_temp', '"$user", public', 'pg_catalog', '']) {
        await client.query(`begin; set local search_path = ${path || "''"}`)
        const [[was]] = await ask(client, 'show search_path')
        assert.deepEqual(await ask(client, query), [text])
        assert.deepEqual(await ask(client, 'show search_path'), [[was]])
        await client.query('rollback')
      }
      await client.query('set search_path = shop')
      assert.deepEqual(await ask(client, query), [text])
      assert.deepEqual(await ask(client, 'show search_path'), [['shop']])
      await client.query('reset search_path')
    })

    it('tells nothing of an empty database but what 17 has not', async () => {
      if (version === 17) {
        assert.deepEqual(Object.keys(bare), ['head', 's', '.'])
        return
      }
      assert.deepEqual(await missing(client, bare), [])
    })
  })
}

/** What the server has that is neither built in here nor in its text. */
async function missing(client, text) {
  const typeNames = new Map(facts.types.map(type => [type.oid, type.name]))
  const found = []
  const functions = new Map(
    facts.functions.map(of => [String(of.oid), `${of.name}(${of.arguments.join(' ')})`]),
  )
  for (const [oid, , name, , inputs] of text.f ?? []) functions.set(oid, `${name}(${inputs})`)
  const procs = await ask(
    client,
    `select oid, proname, proargtypes from pg_proc where oid < 10000 and pronamespace = 11
     and 'internal'::regtype <> all (proargtypes)`,
  )
  for (const [oid, name, inputs] of procs) {
    const is = `${name}(${inputs})`
    if (functions.get(oid) !== is) found.push(`${oid} ${is}, here ${functions.get(oid)}`)
  }
  const operators = new Set(facts.operators.map(({ oid }) => String(oid)))
  for (const [oid] of text.o ?? []) operators.add(oid)
  for (const [oid] of await ask(client, 'select oid from pg_operator where oid < 10000')) {
    if (!operators.has(oid)) found.push(`operator ${oid}`)
  }
  const casts = new Set(facts.casts.map(of => `${of.source} ${of.target}`))
  for (const [from, to] of text.x ?? []) casts.add(`${from} ${to}`)
  for (const [from, to] of await ask(client, `select castsource, casttarget
    from pg_cast where oid < 16384`)) {
    if (!casts.has(`${from} ${to}`)) found.push(`cast ${from} ${to}`)
  }
  const relations = new Map(
    facts.relations.map(of => [
      of.name,
      of.columns.map(({ name, type }) => `${name} ${typeNames.get(type)}`).join(),
    ]),
  )
  const names = new Map(await ask(client, 'select oid, typname from pg_type'))
  for (const relation of text.r ?? []) {
    const columns = relation.c.map(([name, type]) => `${name} ${names.get(type)}`)
    relations.set(relation[2], columns.join())
  }
  const there = await ask(
    client,
    `select relname, string_agg(attname || ' ' || typname, ',' order by attnum)
     from pg_class c join pg_attribute on attrelid = c.oid join pg_type t on t.oid = atttypid
     where c.oid < 16384 and relkind in ('r', 'v') and attnum > 0 and not attisdropped
     group by relname`,
  )
  for (const [name, columns] of there) {
    if (relations.get(name) !== columns) found.push(`${name}: ${columns}, ${relations.get(name)}`)
  }
  return found
}
