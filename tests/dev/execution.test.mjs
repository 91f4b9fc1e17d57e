// Running statements: one at a time, in batches, and what a session keeps.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { onBoth, post, rows } from '../support/endpoint.mjs'

const keys =
  'message code detail hint position internalPosition internalQuery severity where table column ' +
  'schema dataType constraint file line routine'

onBoth('statements', endpoint => {
  test('several in one text are refused', async () => {
    const reply = await post(endpoint(), { query: 'select 1; select 2' })
    assert.equal(reply.status, 400)
    assert.equal(reply.json.code, '42601')
    assert.equal(reply.json.message, 'cannot insert multiple commands into a prepared statement')
  })
  test('too few and too many parameters', async () => {
    for (const [query, params] of [
      ['select $1::int', []],
      ['select 1', ['a']],
    ]) {
      const reply = await post(endpoint(), { query, params })
      assert.equal(reply.json.code, '08P01')
      assert.equal(
        reply.json.message,
        `bind message supplies ${params.length} parameters, ` +
          `but prepared statement "" requires ${1 - params.length}`,
      )
    }
  })
  for (const query of [
    'copy (select 1) to stdout',
    'copy pg_class from stdin',
    '/* a /* b */ c */ COPY -- x\n pg_class FROM STDIN',
  ]) {
    test(query.replace('\n', ' '), async () => {
      const reply = await post(endpoint(), { query })
      assert.equal(reply.status, 400)
      assert.equal(reply.json.message, 'unexpected message from server')
      assert.equal(reply.json.code, '')
      assert.equal(Object.keys(reply.json).join(' '), keys)
      assert.deepEqual(await rows(endpoint(), 'select 1'), [['1']])
    })
  }
  test('text that only looks like COPY FROM STDIN', async () => {
    const query = `select 'copy a from stdin' as "copy", $q$ copy a from stdin $q$ -- copy stdin`
    assert.equal((await post(endpoint(), { query })).status, 200)
  })
  test('notices and notifications are not part of a reply', async () => {
    const query = "do $$ begin raise notice 'hello'; perform pg_notify('n', 'x'); end $$"
    const reply = await post(endpoint(), { query })
    assert.deepEqual(reply.json, {
      fields: [],
      rows: [],
      command: 'DO',
      rowCount: null,
      rowAsArray: false,
    })
  })
})

onBoth('errors', endpoint => {
  test('all seventeen keys, in order, with the fields of PostgreSQL', async () => {
    const reply = await post(endpoint(), { query: 'select nothing' })
    assert.equal(reply.status, 400)
    assert.equal(Object.keys(reply.json).join(' '), keys)
    const { line, ...rest } = reply.json
    assert.match(line, /^[0-9]+$/)
    assert.deepEqual(rest, {
      message: 'column "nothing" does not exist',
      code: '42703',
      detail: null,
      hint: null,
      position: '8',
      internalPosition: null,
      internalQuery: null,
      severity: 'ERROR',
      where: null,
      table: null,
      column: null,
      schema: null,
      dataType: null,
      constraint: null,
      file: 'parse_relation.c',
      routine: 'errorMissingColumn',
    })
  })
  test('detail, table, schema and constraint', async () => {
    const queries = [
      { query: 'create temp table e_t (a int constraint e_positive check (a > 0)) on commit drop' },
      { query: 'insert into e_t values (-1)' },
    ]
    const { json } = await post(endpoint(), { queries })
    assert.equal(json.code, '23514')
    assert.equal(json.table, 'e_t')
    assert.match(json.schema, /^pg_temp/)
    assert.equal(json.constraint, 'e_positive')
    assert.equal(json.detail, 'Failing row contains (-1).')
  })
  test('column and data type', async () => {
    const queries = [
      { query: 'create temp table e_n (a int not null) on commit drop' },
      { query: 'insert into e_n values (null)' },
    ]
    assert.equal((await post(endpoint(), { queries })).json.column, 'a')
    const domain = [
      { query: 'create domain e_d as int check (value > 0)' },
      { query: 'select (-1)::e_d' },
    ]
    assert.equal((await post(endpoint(), { queries: domain })).json.dataType, 'e_d')
  })
  test('hint, where, and the position in a query of PostgreSQL itself', async () => {
    const query = "do $$ begin execute 'select nothing'; end $$"
    const { json } = await post(endpoint(), { query })
    assert.equal(json.internalQuery, 'select nothing')
    assert.equal(json.internalPosition, '8')
    assert.equal(json.position, null)
    assert.match(json.where, /^PL\/pgSQL function inline_code_block/)
    const hinted = await post(endpoint(), { query: 'select lower(1)' })
    assert.match(hinted.json.hint, /^No function matches|types/)
  })
  test("errors that are not PostgreSQL's have empty code and severity, else null", async () => {
    const { json } = await post(endpoint(), 'x')
    assert.equal(Object.keys(json).join(' '), keys)
    const { message, code, severity, ...rest } = json
    assert.deepEqual([code, severity], ['', ''])
    assert.ok(Object.values(rest).every(value => value === null))
  })
  test('an error half-way through the rows', async () => {
    const reply = await post(endpoint(), {
      query: 'select 1 / (3 - g) from generate_series(1, 5) g',
    })
    assert.equal(reply.json.code, '22012')
  })
})

onBoth('batches', endpoint => {
  const settings = ['transaction_isolation', 'transaction_read_only', 'transaction_deferrable']
  const probe = {
    query: `select ${settings.map(name => `current_setting('${name}')`)}`,
    arrayMode: true,
  }
  const echoes = ['neon-batch-isolation-level', 'neon-batch-read-only', 'neon-batch-deferrable']
  before(() =>
    rows(
      endpoint(),
      'create table if not exists b_t (a int primary key deferrable initially deferred)',
    ),
  )
  after(() => rows(endpoint(), 'drop table if exists b_t'))

  for (const [level, expected] of [
    ['ReadUncommitted', 'read uncommitted'],
    ['ReadCommitted', 'read committed'],
    ['RepeatableRead', 'repeatable read'],
    ['Serializable', 'serializable'],
  ]) {
    test(`isolation level ${level}`, async () => {
      const reply = await post(
        endpoint(),
        { queries: [probe] },
        { 'neon-batch-isolation-level': level },
      )
      assert.deepEqual(reply.json.results[0].rows, [[expected, 'off', 'off']])
      assert.deepEqual(
        echoes.map(name => reply.headers.get(name)),
        [level, null, null],
      )
    })
  }
  test('read only and deferrable', async () => {
    const headers = {
      'neon-batch-isolation-level': 'Serializable',
      'neon-batch-read-only': 'true',
      'neon-batch-deferrable': 'true',
    }
    const reply = await post(endpoint(), { queries: [probe] }, headers)
    assert.deepEqual(reply.json.results[0].rows, [['serializable', 'on', 'on']])
    assert.deepEqual(
      echoes.map(name => reply.headers.get(name)),
      ['Serializable', 'true', 'true'],
    )
    const one = await post(endpoint(), { queries: [probe] }, { 'neon-batch-read-only': 'true' })
    assert.deepEqual(one.json.results[0].rows, [['read committed', 'on', 'off']])
  })
  test('false and other words add nothing and are not echoed', async () => {
    const headers = { 'neon-batch-read-only': 'false', 'neon-batch-deferrable': 'True' }
    const reply = await post(endpoint(), { queries: [probe] }, headers)
    assert.deepEqual(reply.json.results[0].rows, [['read committed', 'off', 'off']])
    assert.deepEqual(
      echoes.map(name => reply.headers.get(name)),
      [null, null, null],
    )
  })
  test('a read-only batch cannot write', async () => {
    const queries = [{ query: 'insert into b_t values (1)' }]
    const reply = await post(endpoint(), { queries }, { 'neon-batch-read-only': 'true' })
    assert.equal(reply.json.code, '25006')
    assert.equal(reply.headers.get('neon-batch-read-only'), null)
  })
  test('all or nothing, and no partial results', async () => {
    const queries = [
      { query: 'insert into b_t values (1)' },
      { query: 'select 1/0' },
      { query: 'selec' },
    ]
    const reply = await post(endpoint(), { queries })
    assert.equal(reply.status, 400)
    assert.equal(reply.json.code, '22012')
    assert.equal(reply.json.results, undefined)
    assert.deepEqual(await rows(endpoint(), 'select count(*) from b_t'), [['0']])
  })
  test('an error at commit', async () => {
    const queries = [{ query: 'insert into b_t values (1), (1)' }, { query: 'select 1' }]
    const reply = await post(endpoint(), { queries })
    assert.equal(reply.status, 400)
    assert.equal(reply.json.code, '23505')
    assert.deepEqual(await rows(endpoint(), 'select count(*) from b_t'), [['0']])
  })
  test('each statement sees those before it', async () => {
    const queries = [
      { query: 'insert into b_t select g from generate_series(1, 3) g' },
      { query: 'select count(*) from b_t', arrayMode: true },
      { query: 'delete from b_t' },
    ]
    const reply = await post(endpoint(), { queries })
    assert.deepEqual(
      reply.json.results.map(result => result.rowCount),
      [3, 1, 3],
    )
    assert.deepEqual(reply.json.results[1].rows, [['3']])
  })
})

onBoth('sessions', endpoint => {
  test('BEGIN succeeds and is rolled back', async () => {
    assert.equal((await post(endpoint(), { query: 'begin' })).json.command, 'BEGIN')
    assert.deepEqual(await rows(endpoint(), 'select pg_current_xact_id_if_assigned()'), [[null]])
    assert.equal((await post(endpoint(), { query: 'savepoint s' })).json.code, '25P01')
  })
  describe('nothing leaks from one request to the next:', () => {
    for (const [name, leave, look, clean] of [
      ['SET', "set application_name = 'leak'", "select current_setting('application_name')", ''],
      ['SET ROLE', 'set role pg_monitor', 'select current_user <> $$pg_monitor$$', 't'],
      ['temporary tables', 'create temp table l_t ()', "select to_regclass('l_t')", null],
      [
        'PREPARE',
        'prepare l_p as select 1',
        'select count(*) from pg_prepared_statements where name = $$l_p$$',
        '0',
      ],
      ['LISTEN', 'listen l_c', 'select count(*) from pg_listening_channels()', '0'],
      [
        'advisory locks',
        'select pg_advisory_lock(77)',
        "select count(*) from pg_locks where locktype = 'advisory'",
        '0',
      ],
      [
        'cursors',
        'declare l_c cursor with hold for select 1',
        "select count(*) from pg_cursors where name = 'l_c'",
        '0',
      ],
    ]) {
      test(name, async () => {
        assert.equal((await post(endpoint(), { query: leave })).status, 200)
        assert.deepEqual(await rows(endpoint(), look), [[clean]])
      })
    }
  })
})
