// The forms that rows and cells can be asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neon, neonConfig } from 'ballast'
import { URL_OF_TESTS, reply, result, stub } from '../support/wire.mjs'

const sql = neon(URL_OF_TESTS)
const BIG = '9007199254740993'

const people = result(
  [['id', 23], ['name', 25], ['count', 20], ['at', 1184], ['embedding', 25], ['ok', 16]],
  [
    ['1', 'Ada', BIG, '2024-01-01 00:00:00+00', '[1,2.5]', 't'],
    ['2', null, '5', '2024-01-02 00:00:00+00', '[-1,0.25]', 'f'],
  ])

/** One query of `people` with options. */
async function ask(t, options) {
  stub(t, neonConfig, () => reply(people))
  return sql.query('select * from people', [], options)
}

test('an int8 is text, a bigint or a number', async t => {
  const counts = async int8 => (await ask(t, { int8 })).map(({ count }) => count)
  assert.deepEqual(await counts(undefined), [BIG, '5'])
  assert.deepEqual(await counts('string'), [BIG, '5'])
  assert.deepEqual(await counts('bigint'), [BigInt(BIG), 5n])
  // A wrong number would be worse than none.
  await assert.rejects(counts('number'), { code: 'BC010', fate: 'answered' })
  stub(t, neonConfig, () => reply(result([['n', 20]], [['9007199254740991'], ['-5']])))
  const rows = await sql.query('select', [], { int8: 'number', arrayMode: true })
  assert.deepEqual(rows, [[Number.MAX_SAFE_INTEGER], [-5]])
})

test('single columns come in the form that they are asked for', async t => {
  const as = { embedding: 'float32', id: 'text', count: 'bigint', nothing: 'text' }
  const [ada] = await ask(t, { as })
  assert.deepEqual(ada.embedding, new Float32Array([1, 2.5]))
  assert.equal(ada.id, '1')
  assert.equal(ada.count, BigInt(BIG))
  const [doubles] = await ask(t, { as: { embedding: 'float64' } })
  assert.deepEqual(doubles.embedding, new Float64Array([1, 2.5]))
})

test('rows may be views, whose values are made when they are read', async t => {
  const [ada, other] = await ask(t, { rowMode: 'view' })
  assert.equal(ada.name, 'Ada')
  assert.equal(other.name, null)
  assert.deepEqual(other.at, new Date('2024-01-02T00:00:00Z'))
  assert.equal(ada.nothing, undefined)
  const [plain] = await ask(t, {})
  assert.deepEqual(ada.toJSON(), plain)
  assert.equal(JSON.stringify(ada), JSON.stringify(plain))
})

test('views outlive the queries that follow', async t => {
  const [ada] = await ask(t, { rowMode: 'view' })
  for (let i = 0; i < 20; i++) await ask(t, {})
  assert.equal(ada.name, 'Ada')
  assert.deepEqual(ada.at, new Date('2024-01-01T00:00:00Z'))
})

test('a result may be columns', async t => {
  const { id, name, at, ok } = await ask(t, { rowMode: 'columns' })
  assert.deepEqual([...id], [1, 2])
  assert.deepEqual(id.numbers(), new Int32Array([1, 2]))
  assert.equal(name.length, 2)
  assert.deepEqual(name.toArray(), ['Ada', null])
  assert.equal(name.numbers(), undefined)
  assert.deepEqual(at.at(1), new Date('2024-01-02T00:00:00Z'))
  assert.equal(at.at(2), undefined)
  assert.deepEqual([...ok], [true, false])
})

test('fullResults goes with every form', async t => {
  const full = await ask(t, { rowMode: 'columns', fullResults: true })
  assert.deepEqual(full.rows.id.toArray(), [1, 2])
  assert.equal(full.rowCount, 2)
  assert.equal(full.rowAsArray, false)
  assert.deepEqual(full.fields.map(field => field.name), people.fields.map(field => field.name))
})

test('each query of a transaction may have a form of its own', async t => {
  stub(t, neonConfig, () => reply({ results: [people, people, people] }))
  const [objects, arrays, columns] = await sql.transaction([
    sql`select 1`,
    sql.query('select 1', [], { rowMode: 'array', int8: 'bigint' }),
    sql.query('select 1', [], { rowMode: 'columns' }),
  ])
  assert.equal(objects[0].count, BIG)
  assert.equal(arrays[0][2], BigInt(BIG))
  assert.deepEqual(columns.id.toArray(), [1, 2])
})
