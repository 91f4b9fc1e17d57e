// `expectMigration`: one query, and what its answers mean.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readFileSync } from 'node:fs'
import { BallastError, neon, neonConfig } from 'ballast'
import { expectMigration } from 'ballast/expect'
import { post, startEndpoint } from '../support/endpoint.mjs'
import { URL_OF_TESTS, refusal, reply, result, stub } from '../support/wire.mjs'

const lacks = tag => error => {
  assert.ok(error instanceof BallastError)
  assert.equal(error.code, 'BM008')
  assert.ok(error.message.includes(`"${tag}"`), error.message)
  return true
}

describe('over a journal', () => {
  let dev

  before(async () => {
    dev = await startEndpoint('pglite')
    await run('create schema ballast')
    await run(`create table ballast.journal (
      seq bigint primary key generated always as identity,
      kind text not null, tag text, segment int, segments int)`)
  })

  after(() => dev?.close())

  async function run(query, params = []) {
    const { status, text } = await post(dev, { query, params })
    assert.equal(status, 200, text)
  }

  async function journal(...rows) {
    await run('truncate ballast.journal restart identity')
    for (const [kind, tag, segment = null, segments = null] of rows) {
      await run(`insert into ballast.journal (kind, tag, segment, segments)
        values ($1, $2, $3, $4)`, [kind, tag, segment, segments])
    }
  }

  const expect = (tag, options) => expectMigration(neon(dev.databaseUrl, options), tag)

  test('neon() asks for it before its first query, and once', async () => {
    await journal()
    const seen = []
    const options = { expect: 'wanted', onEvent: event => seen.push(event) }
    const sql = neon(dev.databaseUrl, options)
    await assert.rejects(async () => sql`select 1 as n`, lacks('wanted'))
    await assert.rejects(async () => sql.transaction([sql`select 1`]), lacks('wanted'))
    await journal(['applied', 'wanted', 0, 1])
    assert.deepEqual(await sql`select 1 as n`, [{ n: 1 }])
    seen.length = 0
    const [one, two] = await Promise.all([
      sql`select 1 as n`, neon(dev.databaseUrl, options).query('select 2 as n'),
    ])
    assert.deepEqual([one, two], [[{ n: 1 }], [{ n: 2 }]])
    assert.equal(seen.length, 2, 'nobody asks again, whichever client it is')
  })

  for (const [what, ...rows] of [
    ['applied whole', ['applied', 'a', 0, 1]],
    ['its last segment applied', ['applied', 'a', 0, 2], ['applied', 'a', 1, 2]],
    ['a statement alone, done', ['applied', 'a', 0, 2], ['started', 'a', 1, 2],
      ['done', 'a', 1, 2]],
    ['baseline', ['baseline', 'a']],
    ['adopted', ['adopted', 'a', 0, 3]],
    ['renamed', ['applied', 'old', 0, 1], ['renamed', 'a']],
    ['newer ones behind it', ['applied', 'a', 0, 1], ['applied', 'b', 0, 1]],
    ['undone and applied again', ['applied', 'a', 0, 1], ['undone', 'a', 0, 1],
      ['applied', 'a', 0, 1]],
    ['a step begun after it was applied', ['applied', 'a', 0, 1], ['started', 'a', 0, 1]],
  ]) {
    test(`it is there: ${what}`, async () => {
      await journal(...rows)
      await expect('a')
    })
  }

  for (const [what, ...rows] of [
    ['an empty journal'],
    ['others only', ['applied', 'b', 0, 1]],
    ['a tag that begins like it', ['applied', 'a2', 0, 1]],
    ['its first segment only', ['applied', 'a', 0, 2]],
    ['a statement that has only begun', ['started', 'a', 0, 1]],
    ['undone', ['applied', 'a', 0, 1], ['undone', 'a', 0, 1]],
    ['half of it again after an undo', ['applied', 'a', 1, 2], ['undone', 'a', 0, 2],
      ['applied', 'a', 0, 2]],
  ]) {
    test(`it is not there: ${what}`, async () => {
      await journal(...rows)
      await assert.rejects(expect('a'), lacks('a'))
    })
  }

  test('whatever the client was told about rows', async () => {
    await journal(['applied', 'a', 0, 1])
    for (const options of [
      { arrayMode: true }, { fullResults: true }, { rowMode: 'columns' }, { int8: 'bigint' },
      { types: { getTypeParser: () => text => ({ text }) } },
    ]) {
      await expect('a', options).catch(error => assert.fail(`${JSON.stringify(options)}: ${error}`))
    }
  })

  test('no table, no schema', async () => {
    await run('drop table ballast.journal')
    await assert.rejects(expect("o'hara"), lacks("o'hara"))
    await run('drop schema ballast')
    await assert.rejects(expect('a'), lacks('a'))
  })
})

test('it is one request', async t => {
  const sent = stub(t, neonConfig, () => reply(result([['?column?', 23]], [['1']])))
  await expectMigration(neon(URL_OF_TESTS), 'a')
  assert.equal(sent.length, 1)
  assert.deepEqual(sent[0].body.params, ['a'])
})

test('another failure comes through as it is', async t => {
  stub(t, neonConfig, () => refusal({ message: 'permission denied', code: '42501' }))
  await assert.rejects(expectMigration(neon(URL_OF_TESTS), 'a'), { code: '42501' })
})

test('the entry loads no WebAssembly', () => {
  const folder = new URL('../../bindings/client/dist/workerd/', import.meta.url)
  const names = new Set(['expect.js'])
  for (const name of names) {
    const text = readFileSync(new URL(name, folder), 'utf8')
    assert.doesNotMatch(text, /\.wasm/, name)
    for (const [, next] of text.matchAll(/from "\.\/([^"]+)"/g)) names.add(next)
  }
})
