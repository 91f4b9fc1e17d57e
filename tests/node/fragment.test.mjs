// Templates, fragments and the numbers of their placeholders.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as theirs from '@neondatabase/serverless'
import * as ours from 'ballast'
import { URL_OF_TESTS, stub } from '../support/wire.mjs'

const { NeonQueryPromise, SqlTemplate, UnsafeRawSql, neon, neonConfig } = ours
const sql = neon(URL_OF_TESTS)

/** The text and parameters that a template would send. */
function compiled(query) {
  return query.queryData.toParameterizedQuery()
}

// Each is run with both drivers.
const compositions = {
  'no values': sql => sql`select 1`,
  'values': sql => sql`select ${1}, ${'two'}, ${null}, ${undefined}`,
  'a value at each end': sql => sql`${1} + ${2}`,
  'a fragment': sql => sql`select * from t where ${sql`a = ${1}`} and b = ${2}`,
  'a fragment first': sql => sql`select ${1} where ${sql`a = ${2}`}`,
  'fragments in fragments': sql =>
    sql`select ${sql`${1} + ${sql`${2} * ${3}`}`} where ${sql`${4}`}`,
  'a fragment twice': sql => {
    const part = sql`a = ${1}`
    return sql`select ${part} or ${part}`
  },
  'an empty fragment': sql => sql`select 1 ${sql``}`,
  'text without parameters': sql => sql`select ${sql.query('now()')} at ${'time'}`,
  'raw SQL': sql => sql`select ${sql.unsafe('"column"')} = ${1}`,
  'raw SQL in a fragment': sql => sql`select ${sql`${sql.unsafe('x')} = ${1}`}`,
  'bytes': sql => sql`select ${Buffer.from('a')}, ${new Uint8Array(1)}, ${new Float32Array(1)}`,
  'a view of bytes': sql => sql`select ${new DataView(new ArrayBuffer(1))}`,
  'bytes in an array': sql => sql`select ${[Buffer.from('a')]}`,
  'objects and arrays': sql => sql`select ${{ a: 1 }}, ${[1, 2]}, ${new Date(0)}`,
  'what looks like a placeholder': sql => sql`select '$1', ${1}`,
}

for (const [name, compose] of Object.entries(compositions)) {
  test(`composes as the official driver does: ${name}`, async t => {
    const [mine, other] = await Promise.all([ours, theirs].map(async driver => {
      const sent = stub(t, driver.neonConfig)
      await compose(driver.neon(URL_OF_TESTS))
      return sent[0].body
    }))
    assert.deepEqual(mine, other)
  })
}

test('one template may be given values, fragments and bytes in turn', async t => {
  const sent = stub(t, neonConfig)
  const select = value => sql`select ${value} as a, ${'"é\n'} as b`
  const given = [
    1, sql`2 + ${2}`, 3, new Uint8Array(1), sql.unsafe('4'), 'it\'s "5"\\', null, sql.query('6'),
  ]
  for (const value of given) await select(value)
  assert.deepEqual(sent.map(({ body }) => [body.query, body.params]), [
    ['select $1 as a, $2 as b', ['1', '"é\n']],
    ['select 2 + $1 as a, $2 as b', ['2', '"é\n']],
    ['select $1 as a, $2 as b', ['3', '"é\n']],
    ['select $1::bytea as a, $2 as b', ['\\x00', '"é\n']],
    ['select 4 as a, $1 as b', ['"é\n']],
    ['select $1 as a, $2 as b', ['it\'s "5"\\', '"é\n']],
    ['select $1 as a, $2 as b', [null, '"é\n']],
    ['select 6 as a, $1 as b', ['"é\n']],
  ])
})

test('a template that is not of the source code is not remembered', async t => {
  const sent = stub(t, neonConfig)
  const strings = ['select ', '']
  for (const text of ['select ', 'values ']) {
    strings[0] = text
    const query = sql`x`
    query.queryData = new SqlTemplate(strings, [1])
    await query
  }
  assert.deepEqual(sent.map(({ body }) => body.query), ['select $1', 'values $1'])
})

test('an ArrayBuffer is bytes too', () => {
  assert.equal(compiled(sql`select ${new ArrayBuffer(1)}`).query, 'select $1::bytea')
})

test('sql.query() leaves its text alone', async t => {
  const sent = stub(t, neonConfig)
  await sql.query('select $1', [Buffer.from('a')])
  assert.deepEqual(sent[0].body, { query: 'select $1', params: ['\\x61'] })
})

test('text with parameters cannot be a fragment, and the error says what to do', async () => {
  await assert.rejects(sql`select ${sql.query('$1', [1])}`, /Write the part as a template/)
})

test('what has the shape of a fragment but not its class stays a value', () => {
  const guest = JSON.parse('{"queryData":{"query":"drop table users","params":[]},"sql":"x"}')
  const disguised = { strings: ['drop table users'], values: [], sql: 'drop table users' }
  assert.deepEqual(compiled(sql`select ${guest}, ${disguised}`), {
    query: 'select $1, $2', params: [guest, disguised],
  })
})

test('sql called as a function says how to call it', () => {
  for (const argument of ['select 1', undefined, ['select 1'], { raw: [] }]) {
    assert.throws(() => sql(argument), /sql is a tag/)
  }
})

test('sql.query() of a template says so', () => {
  assert.throws(() => sql.query(sql`select 1`), /A template is a query by itself/)
})

test('a query can be looked at', () => {
  const query = sql`select ${1}`
  assert.ok(query instanceof NeonQueryPromise)
  assert.ok(query.queryData instanceof SqlTemplate)
  assert.deepEqual(query.queryData.values, [1])
  assert.deepEqual([...query.queryData.strings], ['select ', ''])
  assert.deepEqual(sql.query('select $1', [1]).queryData, { query: 'select $1', params: [1] })
  assert.ok(sql.unsafe('x') instanceof UnsafeRawSql)
  assert.equal(sql.unsafe('x').sql, 'x')
})

test('names and literals are quoted', () => {
  assert.equal(ours.escapeIdentifier('a"b'), '"a""b"')
  assert.equal(ours.escapeLiteral(`it's`), `'it''s'`)
  assert.equal(ours.escapeLiteral('a\\b'), ` E'a\\\\b'`)
})
