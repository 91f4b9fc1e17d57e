/**
 * pull, then generate, has nothing to do: on a database with every kind of object that a model has,
 * and on one that drizzle-kit has made of a schema with all that drizzle-orm 0.45 can say.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'

import '../support/elaborator.mjs'
import { rows, startEndpoint } from '../support/endpoint.mjs'
import { top } from '../support/source.mjs'
import { kitProject } from './authoring.mjs'
import { everyKind } from './every-kind.mjs'
import { sample } from './sample.mjs'
import { workshop } from './workshop.mjs'

let dev
let project
beforeEach(async () => { dev = await startEndpoint('pglite') })
afterEach(async () => {
  project?.remove()
  await dev?.close()
})

const begin = (files = {}, options = {}) => {
  project = workshop(files, { ...options, env: { DATABASE_URL: dev.databaseUrl } })
}

/** Runs a text of many statements, which a request of Neon's does not take. */
const load = sql => rows(dev, `do $load$ begin execute $text$${sql}$text$; end $load$`)

const kinds = [...readFileSync(join(top, 'src/schema/kinds.def'), 'utf8')
  .matchAll(/^BALLAST_KIND\(\w+, "(\w+)"/gm)].map(([, kind]) => kind)

const roles = 'create role app_reader; create role app_writer;'

test('every kind, as schema.sql', async () => {
  await load(`${roles} create extension vector; ${everyKind}`)
  begin()
  await project.expect(0, ['pull', '--baseline'])
  const { model } = JSON.parse(project.read('migrations/.ballast/schema.json'))
  const found = new Set(model.objects.map(({ kind }) => kind))
  assert.deepEqual(kinds.filter(kind => !found.has(kind)), [])
  assert.deepEqual(model.unmodelled, [])
  assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
  assert.match((await project.expect(0, ['drift'])).out, /as migrations has it/)
  assert.match((await project.expect(0, ['drift', '--against', 'schema'])).out, /as schema\.sql/)
})

const config = `export default { dialect: 'postgresql', schema: './schema.ts', out: './drizzle',
  entities: { roles: true } }`

/** What drizzle-kit says in a project with these files. */
function kitSays(files, ...args) {
  const kit = kitProject({ 'drizzle.config.ts': config, ...files })
  try {
    const { code, text } = kit.kit(...args)
    assert.equal(code, 0, text)
    const made = join(kit.folder, 'drizzle/0000_init.sql')
    return { text, sql: existsSync(made) ? readFileSync(made, 'utf8') : '' }
  } finally {
    kit.remove()
  }
}

test('all of Drizzle 0.45, from the database that drizzle-kit has made', async () => {
  const { sql } = kitSays({ 'schema.ts': sample }, 'generate', '--name', 'init')
  await load(`create extension vector; ${sql}`)
  begin(
    {
      'package.json': { type: 'module' },
      'ballast.config.json': { schema: 'schema.ts', migrations: 'drizzle' },
    },
    { drizzle: 'drizzle-orm' },
  )
  await project.expect(0, ['pull', '--baseline'])
  assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
  // The folder and the schema beside it are Drizzle's as well.
  const written = Object.fromEntries(
    Object.entries(project.all()).filter(([name]) => /^(drizzle\/|schema\.ts$)/.test(name)),
  )
  kitSays(written, 'check')
  assert.match(kitSays(written, 'generate', '--name', 'again').text, /No schema changes/)
  // And what its author wrote still says the same.
  project.write({ 'schema.ts': sample })
  assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
})
