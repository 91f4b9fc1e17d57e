// `ballast init` in an empty folder and in a project of Drizzle's.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { ballast, ballastOnTerminal } from '../support/command.mjs'
import { kitProject } from './authoring.mjs'

const require = createRequire(import.meta.url)
const tsc = require.resolve('typescript/bin/tsc')
const wrangler = join(require.resolve('wrangler/package.json'), '../bin/wrangler.js')
let project

beforeEach(() => {
  project = kitProject()
  project.delete('package.json')
})
afterEach(() => project.remove())

const read = path => readFileSync(join(project.folder, path), 'utf8')
const has = path => existsSync(join(project.folder, path))
const node = (...args) => {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' }
  const options = { cwd: project.folder, encoding: 'utf8', env, timeout: 120_000 }
  const run = spawnSync(process.execPath, args, options)
  return { code: run.status, text: run.stdout + run.stderr }
}

test('an empty folder: what it writes type-checks, bundles and generates', async () => {
  const { code, events } = await ballast(project, ['init', '--json'])
  assert.equal(code, 0)
  const { written, added, kept } = events.at(-1)
  assert.deepEqual([added, kept], [[], []])
  assert.deepEqual(written.sort(), [
    '.dev.vars',
    '.gitignore',
    'ballast.config.json',
    'migrations/.gitkeep',
    'schema.sql',
    'tsconfig.json',
    'worker/src/index.ts',
    'wrangler.jsonc',
  ])
  assert.ok(read('.gitignore').split('\n').includes('/.ballast/'))
  assert.equal(node(tsc, '-p', '.').text, '')
  const dry = node(wrangler, 'deploy', '--dry-run', '--outdir', 'out')
  assert.equal(dry.code, 0, dry.text)
  assert.ok(has('out/index.js'))
  const generated = await ballast(project, ['generate', '--name', 'first'])
  assert.equal(generated.code, 0, generated.err)
  assert.equal((await ballast(project, ['check'])).code, 0)
})

test('a second time nothing is missing, and nothing is written over', async () => {
  project.write({ 'schema.sql': '-- mine\n', '.gitignore': 'node_modules\n.env\n' })
  const first = await ballast(project, ['init', '--yes'])
  assert.equal(first.code, 0)
  assert.match(first.out, /is there +schema\.sql/)
  assert.equal(read('schema.sql'), '-- mine\n')
  assert.equal(read('.gitignore'), 'node_modules\n.env\n/.ballast/\n.wrangler/\n.dev.vars\n')
  const before = read('ballast.config.json')
  const { code, out } = await ballast(project, ['init'])
  assert.equal(code, 0)
  assert.match(out, /Nothing is missing\.\n$/)
  assert.equal(read('ballast.config.json'), before)
})

test("a project of Drizzle's keeps its schema and its folder", async () => {
  project.write({
    'package.json': '{\n  "name": "app",\n  "scripts": {\n    "db:migrate": "mine"\n  }\n}\n',
    'drizzle.config.ts': `export default { dialect: 'postgresql', out: './db/migrations',
      schema: './src/schema.ts' }`,
    'src/schema.ts': `import { integer, pgTable } from 'drizzle-orm/pg-core'
      export const things = pgTable('things', { id: integer().primaryKey() })`,
    'wrangler.toml': 'name = "app"\n',
  })
  const { code, out, err } = await ballast(project, ['init'])
  assert.equal(code, 0, err)
  const config = JSON.parse(read('ballast.config.json'))
  assert.deepEqual([config.schema, config.migrations], ['drizzle.config.ts', 'db/migrations'])
  assert.deepEqual([has('schema.sql'), has('worker'), has('wrangler.jsonc')], [false, false, false])
  assert.match(out, /added to +package\.json +scripts db:dev, db:generate, db:check/)
  const { name, scripts } = JSON.parse(read('package.json'))
  assert.deepEqual(
    [name, scripts],
    [
      'app',
      {
        'db:migrate': 'mine',
        'db:dev': 'ballast dev',
        'db:generate': 'ballast generate',
        'db:check': 'ballast check',
      },
    ],
  )
  const generated = await ballast(project, ['generate', '--name', 'first'])
  assert.equal(generated.code, 0, generated.err)
})

test('on a terminal it asks first', async () => {
  const no = await ballastOnTerminal(project, ['init'], { input: 'n\n' })
  assert.equal(no.code, 1, no.text)
  assert.match(no.text, /To write:[^]*Nothing was written/)
  assert.equal(has('ballast.config.json'), false)
  const yes = await ballastOnTerminal(project, ['init'], { input: 'y\n' })
  assert.equal(yes.code, 0, yes.text)
  assert.equal(has('ballast.config.json'), true)
})

test('a package.json that is no JSON stays as it is, and so does all else', async () => {
  project.write({ 'package.json': '"no"' })
  const { code, err } = await ballast(project, ['init'])
  assert.equal(code, 1)
  assert.match(err, /package\.json is no JSON/)
  assert.equal(has('ballast.config.json'), false)
})
