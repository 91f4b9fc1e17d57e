// ballast.config.json: where it is found, and what is said of mistakes in it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { top } from '../support/source.mjs'
import { ballast, drizzleFolder, makeProject } from '../support/command.mjs'

let project
beforeEach(() => (project = makeProject()))
afterEach(() => project.remove())

const one = drizzleFolder({ '0000_one': 'create table one (id int);' })

/** What `ballast bundle` says of a configuration that is wrong. */
async function complaint(config) {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2)
  project.write({ ...one, 'ballast.config.json': text })
  const { code, out, err } = await ballast(project, ['bundle'])
  assert.equal(code, 1)
  assert.equal(out, '')
  return err
}

describe('mistakes', () => {
  test('an unknown key, with what was meant', async () => {
    assert.equal(
      await complaint({ migration: 'drizzle' }),
      `ballast.config.json:2:3: error: there is no key "migration"
  2 |   "migration": "drizzle"
    |   ^
  Did you mean "migrations"?
`,
    )
  })
  test('an unknown key that is near to none', async () => {
    assert.equal(
      await complaint({ colour: 'red' }),
      `ballast.config.json:2:3: error: there is no key "colour"
  2 |   "colour": "red"
    |   ^
`,
    )
  })
  test('all of them, in the order of the file', async () => {
    const config = { order: 'lineal', drizzle: { scheme: 'x', table: 3 }, lockTimeout: '3 seconds' }
    const err = await complaint(config)
    const heads = err.split('\n').filter(line => line.startsWith('ballast.config.json:'))
    assert.deepEqual(heads, [
      'ballast.config.json:2:3: error: "order" must be "non-linear" or "linear"',
      'ballast.config.json:4:5: error: there is no key "drizzle.scheme"',
      'ballast.config.json:5:5: error: "drizzle.table" must be the name of a table',
      'ballast.config.json:7:3: error: "lockTimeout" must be a time such as "500ms", "3s" or ' +
        '"2min"',
    ])
    assert.match(err, /Did you mean "schema"\?/)
  })
  for (const [text, wanted] of [
    ['{ "url": "A",, }', /^ballast\.config\.json:1:14: error: this is not JSON: property name/],
    ['{\n  "url": "A"\n', /error: this is not JSON: close brace expected/],
    ['', /^ballast\.config\.json:1:1: error: this is not JSON: value expected/],
    ['[]', /error: the configuration must be an object/],
    ['{ "drizzle": true }', /"drizzle" must be false, or \{ "schema"/],
    ['{ "url": ["A B"] }', /"url\.0" must be the name of an environment variable/],
    ['{ "migrations": "" }', /"migrations" must be the path of the folder .*, and is empty/],
    ['{ "bundle": "bundle.ts" }', /"bundle" must end in \.js or \.mjs/],
    ['{ "migrations": "gone" }', /the folder of migrations is not there: gone/],
  ]) {
    test(text === '' ? 'an empty file' : text, async () => {
      assert.match(await complaint(text), wanted)
    })
  }
  test('a URL, which is not repeated, neither here nor in JSON', async () => {
    const config = { url: 'postgres://me:topsecret@host/db' }
    const err = await complaint(config)
    assert.match(err, /^ballast\.config\.json:2:10: error: a connection string in the config/)
    assert.match(err, /A connection string is a secret and does not belong in this file/)
    const { code, out } = await ballast(project, ['bundle', '--json'])
    assert.equal(code, 1)
    assert.doesNotMatch(err + out, /topsecret|me:/)
    const event = JSON.parse(out)
    assert.deepEqual(
      [event.event, event.file, event.line, event.column],
      ['error', 'ballast.config.json', 2, 10],
    )
  })
  test('a URL under a key that is unknown', async () => {
    const err = await complaint({ databaseUrl: 'postgresql://me:topsecret@host/db' })
    assert.match(err, /a connection string in the configuration/)
    assert.doesNotMatch(err, /topsecret/)
  })
})

describe('where it is', () => {
  test('looked for upwards, its paths relative to it', async () => {
    project.write({
      ...drizzleFolder({ '0000_one': 'create table one (id int);' }, 'db/steps'),
      'ballast.config.json': '{\n  // The folder.\n  "migrations": "db/steps",\n}\n',
      'apps/web/src/index.ts': '',
    })
    const { code, err } = await ballast(project, ['bundle'], { cwd: 'apps/web/src' })
    assert.equal(err, '')
    assert.equal(code, 0)
    assert.ok(existsSync(join(project.folder, 'ballast/bundle.js')))
    // That of Drizzle as well, but ours goes before it, however far away.
    const kit = { dialect: 'postgresql', schema: 's.ts', out: 'x' }
    project.write({ 'apps/drizzle.config.json': kit, 'apps/s.ts': '' })
    assert.equal((await ballast(project, ['bundle'], { cwd: 'apps/web/src' })).code, 0)
    project.delete('ballast.config.json')
    const other = await ballast(project, ['bundle'], { cwd: 'apps/web/src' })
    assert.match(other.err, /is not there: .*apps\/x\n.*"out" in .*drizzle\.config/)
  })
  test('without one and without a folder', async () => {
    const { code, err } = await ballast(project, ['bundle'])
    assert.equal(code, 1)
    assert.match(err, /^ballast: error: there is no folder of migrations: neither drizzle\/ nor/)
    assert.match(err, /"migrations": "PATH"/)
  })
})

describe('variables', () => {
  beforeEach(() => project.write(one))
  test('none is set', async () => {
    const { code, err } = await ballast(project, ['migrate'])
    assert.equal(code, 1)
    assert.match(err, /no database URL: MIGRATE_DATABASE_URL and DATABASE_URL are not set/)
    assert.match(err, /Set MIGRATE_DATABASE_URL in the environment, or in \.dev\.vars or \.env/)
  })
  test('an empty one counts as none', async () => {
    const env = { MIGRATE_DATABASE_URL: '', DATABASE_URL: '' }
    const { code, err } = await ballast(project, ['migrate'], { env })
    assert.equal(code, 1)
    assert.match(err, /are not set/)
  })
  test('a URL in the place of a variable\'s name is not repeated', async () => {
    const { code, out, err } = await ballast(project, [
      'migrate', '--url-env', 'postgres://me:topsecret@host/db',
    ])
    assert.equal(code, 1)
    assert.match(err, /--url-env takes the name of an environment variable/)
    assert.doesNotMatch(out + err, /topsecret/)
  })
  for (const args of [
    ['migrate', '--url=postgres://me:topsecret@host/db'],
    ['migrate', '--token=topsecret'],
    ['migrate', 'postgres://me:topsecret@host/db'],
    ['postgres://me:topsecret@host/db'],
    ['migrate', '--json', '--url=postgres://me:topsecret@host/db'],
  ]) {
    const name = args.join(' ').slice(0, 20)
    test(`wrong arguments are not repeated: ${name}`, async () => {
      const { code, out, err } = await ballast(project, args)
      assert.equal(code, 1)
      assert.doesNotMatch(out + err, /topsecret/)
    })
  }
  test('--env-file that is not there', async () => {
    const { code, err } = await ballast(project, ['migrate', '--env-file', 'prod.env'])
    // Some versions of Node look at the flag themselves, before the command does.
    assert.notEqual(code, 0)
    assert.match(err, /prod\.env(, which --env-file names, cannot be read: ENOENT|: not found)/)
  })
  test('a URL that is none', async () => {
    const env = { DATABASE_URL: 'mysql://me:topsecret@host/db' }
    const { code, out, err } = await ballast(project, ['migrate'], { env })
    assert.equal(code, 1)
    assert.match(err, /error BN002: /)
    assert.doesNotMatch(out + err, /topsecret/)
  })
})

describe('help', () => {
  for (const command of ['bundle', 'migrate', 'status', 'undo', 'baseline']) {
    test(`${command} --help has an example`, async () => {
      const { code, out } = await ballast(project, [command, '--help'])
      assert.equal(code, 0)
      assert.match(out, new RegExp(`Usage: ballast ${command}`))
      assert.match(out, new RegExp(`Example:\\n {2}\\$ ballast ${command}`))
      assert.match(out, /--json/)
    })
  }
  test('undo wants to know what stays', async () => {
    const { code, err } = await ballast(project, ['undo'])
    assert.equal(code, 1)
    assert.match(err, /required option '--to <tag>' not specified/)
  })
})

test('the schema for editors knows every key, and is in the package', () => {
  const folder = join(top, 'bindings/cli')
  const schema = createRequire(import.meta.url)(join(folder, 'config.schema.json'))
  assert.deepEqual(
    Object.keys(schema.properties).sort(),
    [
      '$schema', 'bundle', 'drizzle', 'endpoint', 'environment', 'large', 'lockTimeout',
      'migrations', 'neon', 'online', 'order', 'postgres', 'prefix', 'queries', 'recorded',
      'schema', 'searchPath', 'statementTimeout', 'url',
    ],
  )
  assert.equal(schema.additionalProperties, false)
  assert.equal(schema.required, undefined)
  const { files } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  assert.ok(files.includes('config.schema.json'))
})
