// A check in front of the client: what it refuses, what it makes fit, what it tells. By a list of
// verified queries, which says all that a checker says but for errors; those are in
// check-module.test.mjs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BallastError, neon, neonConfig, vector } from 'ballast'
import { queryHash, verified } from 'ballast/verified'
import { URL_OF_TESTS, refusal, reply, result, stub } from '../support/wire.mjs'

const types = [
  ['integer', 23], ['text', 25], ['jsonb', 3802], ['text[]', 1009], ['public.vector', 0],
  ['bytea', 17], ['timestamp with time zone', 1184], ['jsonb[]', 3807], ['real[]', 1021],
  ['smallint', 21], ['bigint', 20], ['boolean', 16], ['numeric', 1700], ['date', 1082],
  ['vector[]', 0], ['mood', 0], ['bytea[]', 1001], ['integer[]', 1007], ['oid', 26],
]
const typeAt = name => types.findIndex(([each]) => each === name)

/** A list with these queries: `{ text: [types of parameters, columns, readOnly] }`. */
function listOf(queries, more = {}) {
  const entries = Object.entries(queries).map(([text, facts]) => {
    const [parameters = [], columns = [], flags = 0] = facts
    const described = columns.map(([name, type, ...rest]) => [name, typeAt(type), ...rest])
    return [queryHash(text), [flags, parameters.map(typeAt), described]]
  })
  return {
    version: 1, postgres: 17, migration: '0001_b', migrations: ['0000_a', '0001_b'], schema: 'hash',
    types, queries: Object.fromEntries(entries), ...more,
  }
}

const SELECT = 'select id from t where id = $1'
const one = { [SELECT]: [['integer'], [['id', 'integer']], 1] }
const row = result([['id', 23]], [['1']])
const applied = [['0000_a', 'applied', 't'], ['0001_b', 'applied', 't']]
const states = rows => result([['tag', 25], ['kind', 25], ['whole', 16]], rows)

let databases = 0
/** Another database in each test: what was seen of one holds for the isolate. */
const urlOfTest = () => URL_OF_TESTS.replace('/main', `/db${databases++}`)

/** A client that notes its events and what is sent. */
function client(t, queries, options = {}, answer = () => reply(row)) {
  const events = []
  const sent = stub(t, neonConfig, answer)
  const onEvent = { listener: event => events.push(event), text: true }
  const check = verified(listOf(queries))
  return { events, sent, sql: neon(urlOfTest(), { check, onEvent, ...options }) }
}

/** An answer to queries, and another one to those that ask the journal. */
const journal = (rows, other = () => reply(row)) => request =>
  (/ballast\.journal/.test(request.body.query ?? '') ? reply(states(rows)) : other(request))

describe('the verdict', () => {
  test('is told: ok, and not checked', async t => {
    const { sql, events } = client(t, one)
    assert.deepEqual(await sql`select id from t where id = ${1}`, [{ id: 1 }])
    await sql`select 2`
    await sql.query(SELECT, [3])
    await sql.transaction([sql`select id from t where id = ${1}`, sql`select 2`]).catch(() => {})
    assert.deepEqual(events.map(event => event.verdict), ['ok', 'notChecked', 'ok', 'notChecked'])
    assert.ok(events.every(event => !('reports' in event)))
  })

  test('is null without a check, and where it is off', async t => {
    stub(t, neonConfig)
    for (const options of [{}, { check: verified(listOf(one)), onViolation: 'off' }]) {
      const events = []
      const sql = neon(URL_OF_TESTS, { onEvent: event => events.push(event), ...options })
      await sql`select id from t where id = ${1.5}`
      assert.equal(events[0].verdict, null)
    }
  })
})

describe('a value that is none of its type', () => {
  for (const [type, value, code, message] of [
    ['integer', 1.5, '22P02', 'invalid input syntax for type integer: "1.5"'],
    ['integer', NaN, '22P02', 'invalid input syntax for type integer: "NaN"'],
    ['integer', 2 ** 31, '22003', 'value "2147483648" is out of range for type integer'],
    ['integer', true, '22P02', 'invalid input syntax for type integer: "true"'],
    ['smallint', 40000, '22003', 'value "40000" is out of range for type smallint'],
    ['bigint', 2n ** 63n, '22003', 'value "9223372036854775808" is out of range for type bigint'],
    ['bigint', 1e21, '22P02', 'invalid input syntax for type bigint: "1e+21"'],
  ]) {
    test(`${type} ${String(value)}`, async t => {
      const { sql, sent } = client(t, { 'select $1, $2': [['text', type]] }, {
        onViolation: 'reject',
      })
      await assert.rejects(async () => sql`select ${'a'}, ${value}`, error => {
        assert.ok(error instanceof BallastError)
        const { fate, attempts, parameter } = error
        assert.deepEqual([error.code, fate, attempts, parameter], [code, 'refused', 0, 2])
        assert.equal(error.message, `parameter $2, of type ${type}: ${message}`)
        return true
      })
      assert.equal(sent.length, 0)
    })
  }

  for (const [type, ...values] of [
    ['integer', 0, -0, 2 ** 31 - 1, -(2 ** 31), 5n, '7', null, undefined],
    ['smallint', 32767, -32768], ['bigint', 2 ** 53, 2n ** 63n - 1n, '9223372036854775807'],
    ['oid', 4294967295, -1], ['numeric', 1.5, NaN, Infinity, 2n ** 80n], ['boolean', true, 'yes'],
    ['text', 1, true, { a: 1 }, [1]], ['mood', 'sad'], ['date', new Date()],
  ]) {
    test(`${type} takes what it takes`, async t => {
      const { sql, sent } = client(t, { 'select $1': [[type]] }, { onViolation: 'reject' })
      for (const value of values) await sql`select ${value}`
      assert.equal(sent.length, values.length)
    })
  }

  test('as many as there are parameters', async t => {
    const { sql } = client(t, one, { onViolation: 'reject' })
    await assert.rejects(async () => sql.query(SELECT, []), {
      code: '08P01',
      message: 'bind message supplies 0 parameters, but prepared statement "" requires 1',
    })
    await assert.rejects(async () => sql.query(SELECT, [1, 2, 3]), { code: '08P01' })
  })
})

describe('values go as their types want them', () => {
  const bytes = new Uint8Array([1, 255])
  const day = new Date(Date.UTC(2024, 0, 2, 3, 4, 5))
  for (const [type, value, text] of [
    ['jsonb', [1, 'a', null], '[1,"a",null]'],
    ['jsonb', { a: [1] }, '{"a":[1]}'],
    ['jsonb', day, '"2024-01-02T03:04:05.000Z"'],
    ['jsonb', '{"a":1}', '{"a":1}'],
    ['jsonb', 5, '5'],
    ['text[]', ['a', null, 'b"c\\'], '{"a",NULL,"b\\"c\\\\"}'],
    ['text[]', [['a'], ['b']], '{{"a"},{"b"}}'],
    ['text[]', '{a}', '{a}'],
    ['integer[]', [1, 2], '{"1","2"}'],
    ['integer[]', new Int32Array([1, 2]), '{1,2}'],
    ['real[]', new Float32Array([0.5, 2]), '{0.5,2}'],
    ['jsonb[]', [{ a: 1 }, [2], null], '{"{\\"a\\":1}","[2]",NULL}'],
    ['public.vector', [1, 2.5], '[1,2.5]'],
    ['public.vector', new Float32Array([1, 2.5]), '[1,2.5]'],
    ['public.vector', vector([1, 2]), '[1,2]'],
    ['vector[]', [[1, 2], new Float32Array([3])], '{"[1,2]","[3]"}'],
    ['bytea', bytes, '\\x01ff'],
    ['bytea', bytes.buffer, '\\x01ff'],
    ['bytea[]', [bytes], '{"\\\\x01ff"}'],
    ['text', ['a'], '{"a"}'],
    ['jsonb', { toPostgres: () => 'null' }, 'null'],
  ]) {
    test(`${type}: ${String(JSON.stringify(value)).slice(0, 40)}`, async t => {
      const { sql, sent } = client(t, { 'select $1': [[type]] })
      await sql`select ${value}`
      assert.deepEqual(sent[0].body, { query: 'select $1', params: [text] })
      // As a text with parameters, too: there bytes have never been marked.
      await sql.query('select $1', [value])
      assert.deepEqual(sent[1].body, { query: 'select $1', params: [text] })
    })
  }

  test('bytes that are no bytea of the query are marked as they always are', async t => {
    const { sql, sent, events } = client(t, { 'select $1': [['text']] })
    await sql`select ${bytes}`
    await sql`select id from t where a = ${bytes} and ${sql`b = ${bytes}`}`
    assert.deepEqual(sent.map(({ body }) => body), [
      { query: 'select $1::bytea', params: ['\\x01ff'] },
      { query: 'select id from t where a = $1::bytea and b = $2::bytea',
        params: ['\\x01ff', '\\x01ff'] },
    ])
    assert.deepEqual(events.map(({ verdict }) => verdict), ['notChecked', 'notChecked'])
  })

  test('many bytes are not made a text in between', async t => {
    const { sql, sent } = client(t, { 'insert into f values ($1)': [['bytea']] })
    await sql`insert into f values (${new Uint8Array(5000)})`
    const { query, params } = sent[0].body
    assert.equal(query, 'insert into f values ($1)')
    assert.equal(params[0], '\\x' + '00'.repeat(5000))
    assert.ok(sent[0].init.body instanceof Uint8Array)
  })

  test('in a transaction', async t => {
    const { sql, sent } = client(t, { 'select $1': [['jsonb']] }, {}, ({ body }) =>
      reply({ results: body.queries.map(() => row) }))
    await sql.transaction([sql`select ${[1]}`, sql`select ${[1]}, 2`])
    assert.deepEqual(sent[0].body.queries.map(({ params }) => params), [['[1]'], ['{"1"}']])
  })
})

describe('what is wrong is refused', () => {
  const wrong = sql => sql`select id from t where id = ${1.5}`

  test('with reject, whatever the database has', async t => {
    const { sql, sent, events } = client(t, one, { onViolation: 'reject' })
    await assert.rejects(async () => wrong(sql), { code: '22P02' })
    assert.equal(sent.length, 0)
    const [{ durationMs, hash, ...event }] = events
    assert.equal(hash, queryHash(SELECT))
    assert.equal(durationMs, 0)
    assert.deepEqual(event, {
      statements: 1, rows: 0, bytes: 0, attempts: 0, fate: 'refused', requestId: null,
      code: '22P02', verdict: 'error', text: [SELECT],
    })
  })

  test('with warn it is sent, and told', async t => {
    const { sql, sent, events } = client(t, one, { onViolation: 'warn' })
    await wrong(sql)
    assert.deepEqual(sent[0].body.params, ['1.5'])
    assert.equal(events[0].verdict, 'error')
    assert.deepEqual(events[0].reports, [{
      kind: 'violation', code: '22P02', statement: 0,
      message: 'parameter $1, of type integer: invalid input syntax for type integer: "1.5"',
    }])
  })

  test('by itself where the database is at the migrations', async t => {
    const { sql, sent } = client(t, one, {}, journal(applied))
    await assert.rejects(async () => wrong(sql), { code: '22P02' })
    await assert.rejects(async () => wrong(sql), { code: '22P02' })
    assert.equal(sent.length, 1, 'it is asked once')
    await sql`select id from t where id = ${1}`
    assert.equal(sent.length, 2)
  })

  for (const [what, rows] of [
    ['none', []],
    ['one is missing', [['0000_a', 'applied', 't']]],
    ['one is begun', [['0000_a', 'applied', 't'], ['0001_b', 'applied', 'f']]],
    ['one is undone', [['0000_a', 'applied', 't'], ['0001_b', 'undone', 't']]],
    ['another one is there', [...applied, ['0002_c', 'applied', 't']]],
    ['another one has begun', [...applied, ['0002_c', 'applied', 'f']]],
    ['another one is half undone', [...applied, ['0002_c', 'undone', 'f']]],
    ['another one is being undone', [...applied, ['0002_c', 'undoing', 't']]],
  ]) {
    test(`and not where it is elsewhere: ${what}`, async t => {
      const { sql, sent, events } = client(t, one, {}, journal(rows))
      await wrong(sql)
      assert.equal(sent.length, 2)
      assert.equal(events.at(-1).reports[0].kind, 'violation')
    })
  }

  for (const [what, rows] of [
    ['taken over', [['0000_a', 'baseline', 't'], ['0001_b', 'adopted', 't']]],
    ['alone', [['0000_a', 'applied', 't'], ['0001_b', 'done', 't']]],
    ['another one is undone', [...applied, ['0002_c', 'undone', 't']]],
    ['renamed', [['0000_a', 'applied', 't'], ['0001_b', 'renamed', 't'], ['old', 'applied', 't']]],
  ]) {
    test(`but where they are all the same: ${what}`, async t => {
      const { sql } = client(t, one, {}, journal(rows))
      await assert.rejects(async () => wrong(sql), { code: '22P02' })
    })
  }

  test('not where there is no journal, or no migration to look for', async t => {
    const none = ({ body }) => /journal/.test(body.query)
      ? refusal({ message: 'relation "ballast.journal" does not exist', code: '42P01' })
      : reply(row)
    const { sql, sent } = client(t, one, {}, none)
    await wrong(sql)
    assert.equal(sent.length, 2)
    sent.length = 0
    const check = verified(listOf(one, { migration: null, migrations: [] }))
    await wrong(neon(urlOfTest(), { check, onEvent: () => {} }))
    assert.equal(sent.length, 1, 'nobody is asked')
  })

  test('in a transaction, with which of its queries it is', async t => {
    const { sql, sent } = client(t, one, { onViolation: 'reject' })
    await assert.rejects(sql.transaction([sql`select 1`, wrong(sql)]), {
      code: '22P02', where: 'query 2 of the transaction',
    })
    assert.equal(sent.length, 0)
  })

  test('without a listener it is a warning, once', async t => {
    const warn = t.mock.method(console, 'warn', () => {})
    stub(t, neonConfig, () => reply(row))
    const sql = neon(urlOfTest(), { check: verified(listOf(one)), onViolation: 'warn' })
    await wrong(sql)
    await wrong(sql)
    assert.equal(warn.mock.callCount(), 1)
    assert.match(warn.mock.calls[0].arguments[0], /violation 22P02: parameter \$1.*\nselect id/)
  })
})

describe('an answer that is not what was said', () => {
  for (const [what, columns, expected] of [
    ['another name', [['ID', 23]],
      'column 1 of the result is called "ID", and the schema says "id"'],
    ['another type', [['id', 20]],
      'column 1 of the result "id" has the type 20, and the schema says integer (23)'],
    ['a type of its own', [['id', 70000]],
      'column 1 of the result "id" has the type 70000, and the schema says integer (23)'],
    ['more columns', [['id', 23], ['n', 23]],
      'the result has 2 columns, and the schema says 1'],
  ]) {
    test(`${what}: is told once`, async t => {
      const answer = () => reply(result(columns, [columns.map(() => '1')]))
      const { sql, events } = client(t, one, {}, answer)
      await sql`select id from t where id = ${1}`
      await sql`select id from t where id = ${1}`
      assert.deepEqual(events[0].reports, [
        { kind: 'schema-mismatch', code: null, message: expected, statement: 0 },
      ])
      assert.equal(events[0].verdict, 'ok')
      assert.equal(events[1].reports, undefined)
    })
  }

  test('modifiers, and types of the database itself', async t => {
    const queries = { 'select a, b': [[], [['a', 'text', 24], ['b', 'mood']]] }
    const fields = [['a', 25], ['b', 90000]]
    const described = result(fields, [['x', 'y']])
    const { sql, events } = client(t, queries, {}, () => reply(described))
    await sql`select a, b`
    assert.match(events[0].reports[0].message, /modifier -1, and the schema says 24/)
    const own = client(t, { 'select b': [[], [['b', 'mood']]] }, {}, () =>
      reply(result([['b', 25]], [['y']])))
    await own.sql`select b`
    assert.match(own.events[0].reports[0].message, /has the type 25, and the schema says mood$/)
  })

  test('in a transaction, with whose it is', async t => {
    const results = [row, result([['id', 20]], [['1']])]
    const { sql, events } = client(t, one, {}, () => reply({ results }))
    await sql.transaction([sql.query(SELECT, [1]), sql.query(SELECT, [2])])
    assert.equal(events[0].reports[0].statement, 1)
  })

  test('not of blocks, which are described later', async t => {
    const { sql, events } = client(t, one)
    const blocks = await sql.query(SELECT, [1], { rowMode: 'blocks' })
    for await (const block of blocks) assert.equal(block.length ?? 1, 1)
    assert.equal(events[0].reports, undefined)
  })

  test('a database that has drifted is never refused anything', async t => {
    const answer = journal(applied, () => reply(result([['id', 20]], [['1']])))
    const { sql, sent } = client(t, one, {}, answer)
    await sql`select id from t where id = ${1}`
    await sql`select id from t where id = ${1.5}`
    assert.equal(sent.length, 2)
  })
})

describe('a refusal of what should be there', () => {
  const gone = () => refusal({ message: 'column "id" does not exist', code: '42703' })

  test('is drift', async t => {
    const { sql, events, sent } = client(t, one, {}, gone)
    for (const _ of [1, 2]) {
      await assert.rejects(async () => sql`select id from t where id = ${1}`, { code: '42703' })
    }
    const [report] = events[0].reports
    assert.deepEqual([report.kind, report.code, report.statement], ['drift', '42703', 0])
    assert.equal(events[1].reports, undefined)
    await assert.rejects(async () => sql`select id from t where id = ${1.5}`, { code: '42703' })
    assert.equal(sent.length, 3)
  })

  test('is none where the query was not checked, or for other errors', async t => {
    const { sql, events } = client(t, one, {}, gone)
    await assert.rejects(async () => sql`select nope`, { code: '42703' })
    const other = client(t, one, {}, () => refusal({ message: 'no', code: '23505' }))
    await assert.rejects(async () => other.sql`select id from t where id = ${1}`)
    assert.ok([...events, ...other.events].every(event => event.reports === undefined))
  })

  test('is a warning without a listener', async t => {
    const warn = t.mock.method(console, 'warn', () => {})
    stub(t, neonConfig, gone)
    const sql = neon(urlOfTest(), { check: verified(listOf(one)) })
    await assert.rejects(async () => sql`select id from t where id = ${1}`, { code: '42703' })
    await assert.rejects(async () => sql`select id from t where id = ${1}`, { code: '42703' })
    assert.equal(warn.mock.callCount(), 1)
    assert.match(warn.mock.calls[0].arguments[0], /drift 42703/)
  })
})

describe('a query that writes nothing', () => {
  const writes = { 'update t set a = $1': [['integer']] }
  /** The connection is lost after the request was sent. */
  const lost = (_, n) => {
    if (n === 1) throw new TypeError('socket hang up')
    return reply(row)
  }
  const options = { retry: { attempts: 3, baseMs: 1 } }

  test('is sent again where its answer was lost', async t => {
    const { sql, sent } = client(t, one, options, lost)
    assert.deepEqual(await sql`select id from t where id = ${1}`, [{ id: 1 }])
    assert.equal(sent.length, 2)
  })

  test('and one that writes is not', async t => {
    const { sql, sent } = client(t, writes, options, lost)
    await assert.rejects(async () => sql`update t set a = ${1}`, { fate: 'unknown' })
    assert.equal(sent.length, 1)
  })

  test('nor a transaction in which one writes', async t => {
    const both = client(t, { ...one, ...writes }, options, lost)
    const { sql } = both
    await assert.rejects(sql.transaction([sql.query(SELECT, [1]), sql`update t set a = ${1}`]))
    assert.equal(both.sent.length, 1)
  })
})

test('a list of another version says so', () => {
  assert.throws(() => verified({ version: 2 }), { code: 'BQ001' })
  assert.throws(() => verified(undefined), { code: 'BQ001' })
})

test('other options hold as they do without a check', async t => {
  const { sql } = client(t, { 'select 1 as id': [[], [['id', 'integer']]] })
  assert.deepEqual(await sql.query('select 1 as id', [], { arrayMode: true }), [[1]])
  const { fields } = await sql.query('select 1 as id', [], { fullResults: true })
  assert.equal(fields[0].name, 'id')
  fields[0].name = 'changed'
  const again = await sql.query('select 1 as id', [], { fullResults: true })
  assert.equal(again.fields[0].name, 'id')
})
