// One database, two tools: what Drizzle applied is applied for us, and the other way round. With
// the published migrators of drizzle-orm 0.45 (folder v7) and 1.0 (v9), and drizzle-kit's.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { run } from 'ballast/migrate'
import pg from 'pg'

import { openArena } from '../support/arena.mjs'
import { bundleFiles } from '../support/bundle.mjs'

const steps = ['create table a (id int);', 'create table b (id int);', 'create table c (id int);']
const when = step => Date.UTC(2026, 0, 1 + step)

/** Drizzle's folder with the migrations of these numbers, in this order. */
const formats = {
  '0.45': {
    package: 'drizzle-orm',
    files(numbers) {
      const entries = numbers.map((step, idx) => (
        { idx, version: '7', when: when(step), tag: tagOf(step), breakpoints: true }))
      const journal = { version: '7', dialect: 'postgresql', entries }
      return {
        'meta/_journal.json': JSON.stringify(journal, null, 2),
        ...Object.fromEntries(numbers.flatMap(step => [
          [`${tagOf(step)}.sql`, steps[step]],
          [`${tagOf(step)}.down.sql`, steps[step].replace('create', 'drop').replace(/ \(.*/, ';')],
        ])),
      }
    },
    tag: tagOf,
  },
  '1.0': {
    package: 'drizzle-orm-rc',
    files: numbers => Object.fromEntries(numbers.flatMap(step => [
      [`${folderOf(step)}/migration.sql`, steps[step]],
      [`${folderOf(step)}/snapshot.json`, '{"version":"9","dialect":"postgres"}'],
      [`${folderOf(step)}/down.sql`,
        steps[step].replace('create', 'drop').replace(/ \(.*/, ';')],
    ])),
    tag: folderOf,
  },
}

function tagOf(step) {
  return `000${step}_step`
}

function folderOf(step) {
  return `2026010${1 + step}000000_step`
}

for (const [version, format] of Object.entries(formats)) {
  describe(`beside Drizzle ${version}`, () => {
    let arena, database, drizzle, migrate, folder
    before(async () => {
      arena = await openArena()
      ;({ drizzle } = await import(`${format.package}/node-postgres`))
      ;({ migrate } = await import(`${format.package}/node-postgres/migrator`))
      folder = mkdtempSync(join(tmpdir(), 'ballast-drizzle-'))
    })
    after(async () => {
      rmSync(folder, { recursive: true })
      await arena.close()
    })

    const ours = (numbers, options = {}) => run(bundleFiles(format.files(numbers), {
      drizzle: { schema: 'drizzle', table: '__drizzle_migrations' },
    }).bundle, { url: database.url, action: 'apply', ...options })
    async function theirs(numbers) {
      rmSync(folder, { recursive: true })
      for (const [path, text] of Object.entries(format.files(numbers))) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      const client = new pg.Client(database.direct)
      await client.connect()
      try {
        await migrate(version === '0.45' ? drizzle(client) : drizzle({ client }),
          { migrationsFolder: folder })
      } finally {
        await client.end()
      }
    }
    const tables = async () => (await database.rows(`select relname from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`)).flat().join('')
    const rows = () => database.rows('select * from drizzle.__drizzle_migrations order by id')

    it('takes over what Drizzle applied', async () => {
      database = await arena.database()
      await theirs([0, 1])
      const summary = await ours([0, 1, 2])
      assert.deepEqual(summary.adopted, [format.tag(0), format.tag(1)])
      assert.deepEqual(summary.applied, [format.tag(2)])
      assert.equal(await tables(), 'abc')
      await theirs([0, 1, 2])
      assert.equal((await rows()).length, 3)
    })

    it('is seen by Drizzle as applied, and undone as not', async () => {
      database = await arena.database()
      await ours([0, 1])
      await theirs([0, 1])
      assert.equal((await rows()).length, 2)
      const undone = await ours([0, 1], { action: 'undo', to: format.tag(0), allowDataLoss: true })
      assert.deepEqual(undone.undone, [format.tag(1)])
      assert.equal(await tables(), 'a')
      assert.equal((await rows()).length, 1)
      await theirs([0, 1, 2])
      assert.equal(await tables(), 'abc')
      const summary = await ours([0, 1, 2])
      assert.deepEqual(summary.adopted, [format.tag(1), format.tag(2)])
      assert.deepEqual(summary.applied, [])
    })

    it('writes the row that Drizzle would have written', async () => {
      database = await arena.database()
      await theirs([0])
      await ours([0, 1])
      const [own, other] = (await rows()).map(row => row.slice(1))
      const empty = cells => cells.map(cell => cell === null)
      assert.deepEqual(empty(other), empty(own))
      assert.equal(other[0].length, 64)
      assert.equal(Number(other[1]) - Number(own[1]), 86_400_000)
    })

    it('applies what was merged out of order', async () => {
      database = await arena.database()
      await ours([0, 2])
      const summary = await ours([0, 1, 2])
      assert.deepEqual(summary.applied, [format.tag(1)])
      assert.equal(await tables(), 'abc')
      database = await arena.database()
      await theirs([0, 2])
      const adopted = await ours([0, 1, 2])
      assert.deepEqual(adopted.adopted, [format.tag(0), format.tag(2)])
      assert.deepEqual(adopted.applied, [format.tag(1)])
    })

    it('baselines with Drizzle\'s rows', async () => {
      database = await arena.database()
      await database.rows(steps[0])
      const failed = await ours([0, 1]).catch(error => error)
      assert.equal(failed.code, '42P07')
      assert.match(failed.hint, /ballast baseline/)
      const summary = await ours([0, 1], { action: 'baseline', to: format.tag(0) })
      assert.deepEqual(summary.baselined, [format.tag(0)])
      await theirs([0, 1])
      assert.equal(await tables(), 'ab')
      assert.deepEqual((await ours([0, 1])).adopted, [format.tag(1)])
    })
  })
}

describe('beside drizzle-kit', () => {
  it('its folder is read, its rows are taken over, and ours are rows for it', async () => {
    const arena = await openArena()
    const root = fileURLToPath(new URL('../../build/kit/', import.meta.url))
    try {
      const database = await arena.database()
      rmSync(root, { recursive: true, force: true })
      mkdirSync(root, { recursive: true })
      const kit = (...args) => promisify(execFile)(process.execPath, [
        fileURLToPath(new URL('../../node_modules/drizzle-kit/bin.cjs', import.meta.url)), ...args,
      ], { cwd: root, env: { ...process.env, CI: 'true' } })
      const schema = columns => writeFileSync(join(root, 'schema.ts'), `
        import { integer, pgTable, text } from 'drizzle-orm/pg-core'
        export const users = pgTable('users', { id: integer().primaryKey(), ${columns} })`)
      writeFileSync(join(root, 'drizzle.config.ts'), `export default { dialect: 'postgresql',
        schema: './schema.ts', out: './drizzle', dbCredentials: { url: '${database.direct}' } }`)
      const bundled = async () => bundleFiles(await readFolder(join(root, 'drizzle'))).bundle
      schema('name: text()')
      await kit('generate', '--name', 'first')
      await kit('migrate')
      schema('name: text().notNull(), mail: text().unique()')
      await kit('generate', '--name', 'second')
      const summary = await run(await bundled(), { url: database.url, action: 'apply' })
      assert.deepEqual(summary.adopted, ['0000_first'])
      assert.deepEqual(summary.applied, ['0001_second'])
      await kit('migrate')
      const rows = await database.rows('select count(*) from drizzle.__drizzle_migrations')
      assert.deepEqual(rows, [['2']])
    } finally {
      await arena.close()
    }
  })
})

async function readFolder(folder) {
  const { readdirSync, readFileSync } = await import('node:fs')
  const names = readdirSync(folder, { recursive: true }).map(String)
  return Object.fromEntries(names.filter(name => /\.(sql|json)$/.test(name))
    .map(name => [name.replaceAll('\\', '/'), readFileSync(join(folder, name), 'utf8')]))
}
