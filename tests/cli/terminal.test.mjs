// On a terminal: questions are asked, and no is the answer unless somebody says yes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ballast, ballastOnTerminal, drizzleFolder, makeProject } from '../support/command.mjs'
import { rows, startEndpoint } from '../support/endpoint.mjs'

let dev
let project
let env

before(async () => {
  dev = await startEndpoint('pglite')
  env = { DATABASE_URL: dev.databaseUrl }
  project = makeProject({
    ...drizzleFolder({ '0000_a': 'create table a ();', '0001_b': 'create table b ();' }),
    'drizzle/0001_b.down.sql': 'drop table b;',
  })
})
after(async () => {
  project?.remove()
  await dev?.close()
})

const exists = async name => {
  const [[found]] = await rows(dev, `select to_regclass('${name}') is not null`)
  return found === 't'
}

describe('baseline', () => {
  for (const [name, input] of [['an empty line', '\r'], ['n', 'n\r'], ['Ctrl-C', '\u0003']]) {
    test(`${name} is no`, async () => {
      const { code, text } = await ballastOnTerminal(project, ['baseline'], { env, input })
      assert.match(text, /2 migrations would be marked as applied .*\[y\/N\]/s)
      assert.match(text, /nothing was marked/)
      assert.equal(code, 1)
    })
  }
})

describe('undo', () => {
  test('y is yes', async () => {
    assert.equal((await ballast(project, ['migrate'], { env })).code, 0)
    const args = ['undo', '--to', '0000_a']
    const no = await ballastOnTerminal(project, args, { env, input: '\r' })
    assert.match(no.text, /loses data:\s+.*drops table b.*Undo and lose it\? \[y\/N\]/s)
    assert.equal(no.code, 1)
    assert.equal(await exists('b'), true)
    const yes = await ballastOnTerminal(project, args, { env, input: 'y\r' })
    assert.equal(yes.code, 0, yes.text)
    assert.equal(await exists('b'), false)
  })
})
