// Loading a project's Drizzle configuration and schema: where files are found, which drizzle-orm
// they get, and what is said where something is wrong.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { drizzleProject, importDrizzle } from '../support/drizzle.mjs'

let drizzle
const projects = []

before(async () => {
  drizzle = await importDrizzle()
})

after(() => projects.forEach(project => project.remove()))

function project(files, version = '0.45') {
  const made = drizzleProject(version, files)
  projects.push(made)
  return made
}

const users = `
import { pgTable, integer } from 'drizzle-orm/pg-core'
export const users = pgTable('users', { id: integer().primaryKey() })
`

async function load(made, ...paths) {
  return drizzle.loadSchema(paths.map(path => join(made.folder, path)))
}

/** The finding that something fails with. */
async function findingOf(promise) {
  const error = await promise.then(
    () => assert.fail('nothing failed'),
    thrown => thrown,
  )
  assert.equal(error.name, 'Failure', error.stack)
  return error.findings[0]
}

test('a schema is loaded with the drizzle-orm that it imports', async () => {
  for (const [version, found] of [
    ['0.45', '0.45.4'],
    ['1.0', '1.0.0-rc.5'],
  ]) {
    const made = project({ 'schema.ts': users }, version)
    const loaded = await load(made, 'schema.ts')
    assert.equal(loaded.naming, version)
    assert.equal(loaded.version, found)
    assert.equal(loaded.core.getTableConfig(loaded.modules[0].exports.users).name, 'users')
    assert.deepEqual(loaded.inputs, [join(made.folder, 'schema.ts')])
    assert.match(drizzle.toSql(loaded).sql, /create table "users"/)
  }
})

test('path aliases of an extended tsconfig.json, and files that export others', async () => {
  const made = project({
    'tsconfig.json': { extends: './tsconfig.base.json' },
    'tsconfig.base.json': {
      compilerOptions: {
        baseUrl: '.',
        paths: { '@/*': ['./src/*'], '~columns': ['./columns.ts'] },
      },
    },
    'columns.ts': `
      import { integer } from 'drizzle-orm/pg-core'
      export const id = integer().primaryKey()`,
    'src/users.ts': `
      import { pgTable } from 'drizzle-orm/pg-core'
      import { id } from '~columns'
      export const users = pgTable('users', { id })`,
    'src/schema.ts': "export * from '@/users'",
  })
  const loaded = await load(made, 'src/schema.ts')
  assert.match(drizzle.toSql(loaded).sql, /"id" integer primary key/)
  assert.deepEqual(loaded.inputs.map(path => path.slice(made.folder.length + 1)).sort(), [
    'columns.ts',
    'src/schema.ts',
    'src/users.ts',
  ])
})

test('a package of the workspace that is TypeScript', async () => {
  const made = project({
    'packages/db/package.json': {
      name: '@acme/db',
      type: 'module',
      exports: { './users': './src/users.ts' },
    },
    'packages/db/src/users.ts': users,
    'app/schema.ts': "export { users } from '@acme/db/users'",
  })
  mkdirSync(join(made.folder, 'node_modules/@acme'))
  symlinkSync(join(made.folder, 'packages/db'), join(made.folder, 'node_modules/@acme/db'))
  const loaded = await load(made, 'app/schema.ts')
  assert.match(drizzle.toSql(loaded).sql, /create table "users"/)
  assert.ok(loaded.inputs.includes(join(made.folder, 'packages/db/src/users.ts')))
})

test('a connection that is made when it is first used', async () => {
  const made = project({
    'schema.ts': `${users}
export const db = new Proxy(function () {}, { get() { throw new Error('no URL') } })
export default new Proxy({}, { get() { throw new Error('no URL') } })`,
  })
  assert.match(drizzle.toSql(await load(made, 'schema.ts')).sql, /create table "users"/)
})

test('an installed package that is TypeScript', async () => {
  const made = project({
    'node_modules/shared/package.json': { name: 'shared', main: './index.ts' },
    'node_modules/shared/index.ts': users,
    'schema.ts': "export * from 'shared'",
  })
  assert.match(drizzle.toSql(await load(made, 'schema.ts')).sql, /create table "users"/)
})

test('a project of CommonJS, in TypeScript and in JavaScript', async () => {
  const made = project({
    'package.json': { type: 'commonjs' },
    'typed.ts': users,
    'plain.js': `
      const { pgTable, text } = require('drizzle-orm/pg-core')
      const path = require('node:path')
      exports.posts = pgTable('posts_of_' + path.basename(__filename, '.js'), { title: text() })`,
    'whole.cjs': `
      const { pgTable, text } = require('drizzle-orm/pg-core')
      module.exports = { tags: pgTable('tags', { name: text('name') }) }`,
  })
  const { sql } = drizzle.toSql(await load(made, 'typed.ts', 'plain.js', 'whole.cjs'))
  for (const name of ['users', 'posts_of_plain', 'tags']) {
    assert.equal(sql.split(`create table "${name}"`).length, 2, sql)
  }
})

test('files that two modules export are one', async () => {
  const made = project({
    'users.ts': users,
    'index.ts': "export * from './users'\nexport { users as people } from './users'",
  })
  const { sql } = drizzle.toSql(await load(made, 'index.ts', 'users.ts'))
  assert.equal(sql.split('create table').length, 2)
})

test('code knows where its file is, also where it says so itself', async () => {
  const made = project({
    'schema.ts': `
      import { dirname, basename } from 'node:path'
      import { fileURLToPath } from 'node:url'
      import { pgTable, text } from 'drizzle-orm/pg-core'
      const __dirname = dirname(fileURLToPath(import.meta.url))
      export const here = pgTable(basename(__dirname), { x: text() })
      export const named = pgTable(basename(__filename), { x: text() })`,
  })
  const { sql } = drizzle.toSql(await load(made, 'schema.ts'))
  assert.ok(sql.includes(`create table "${made.folder.split('/').at(-1)}"`), sql)
  assert.ok(sql.includes('create table "schema.ts"'), sql)
})

test('a mistake in the code is shown with its place', async () => {
  const made = project({
    'broken.ts':
      "import { pgTable } from 'drizzle-orm/pg-core'\nexport const é = pgTable('a' 'b')\n",
    'missing.ts': "import { x } from 'no-such-package/deep'\nexport { x }\n",
    'absent.ts': "import { nothing } from './schema'\nexport const x = [nothing]\n",
    'schema.ts': users,
    'throws.ts':
      "const url = 'postgres://me:hunter2@example.com/db'\n\nthrow new Error(`no ${url}`)\n",
  })
  const broken = await findingOf(load(made, 'broken.ts'))
  assert.deepEqual(broken.place, { file: join(made.folder, 'broken.ts'), line: 2, column: 30 })
  assert.match(broken.message, /Expected "\)" but found "'b'"/)

  const missing = await findingOf(load(made, 'missing.ts'))
  assert.deepEqual(missing.place, { file: join(made.folder, 'missing.ts'), line: 1, column: 19 })
  assert.match(missing.advice, /Install no-such-package in the project/)

  const absent = await findingOf(load(made, 'absent.ts'))
  assert.match(absent.message, /No matching export .* "nothing"/)
  assert.equal(absent.place.line, 1)

  const thrown = await findingOf(load(made, 'throws.ts'))
  assert.equal(thrown.place.file, join(made.folder, 'throws.ts'))
  assert.equal(thrown.place.line, 3)
  assert.match(thrown.message, /^Error: no postgresql:\/\/\*\*\*/)
  assert.doesNotMatch(inspect(thrown), /hunter2/)
})

test('a project without drizzle-orm is told to install it', async () => {
  const made = project({ 'schema.ts': 'export const x = 1' })
  made.delete('node_modules/drizzle-orm')
  const finding = await findingOf(load(made, 'schema.ts'))
  assert.match(finding.message, /drizzle-orm/)
  assert.match(finding.advice, /Install drizzle-orm/)
})

async function config(files, name) {
  const made = project(files)
  const file = await drizzle.findDrizzleConfig(made.folder)
  assert.equal(file, join(made.folder, name))
  return { made, read: await drizzle.readDrizzleConfig(file) }
}

test('a configuration with everything in it', async () => {
  const { made, read } = await config(
    {
      'drizzle.config.json': '{}',
      'drizzle.config.ts': `
        import { defineConfig } from 'drizzle-kit'
        export default defineConfig({
          dialect: 'postgresql',
          schema: ['./src/schema.ts', './src/tables/*.ts', './more'],
          out: './migrations',
          dbCredentials: { host: 'example.com', port: 5433, user: 'me', password: 'a/b',
            database: 'app', ssl: true },
          migrations: { schema: 'meta', table: 'done', prefix: 'timestamp' },
          tablesFilter: ['app_*', '!app_old'],
          schemaFilter: 'public',
          extensionsFilters: ['postgis'],
          entities: { roles: { provider: 'neon', exclude: ['me'] } },
          casing: 'snake_case',
          breakpoints: false,
          strict: true,
        })`,
      'src/schema.ts': '',
      'src/tables/b.ts': '',
      'src/tables/a.ts': '',
      'src/tables/deep/c.ts': '',
      'more/d.ts': '',
      'more/readme.md': '',
    },
    'drizzle.config.ts',
  )
  const { url, ...rest } = read
  assert.equal(url.reveal(), 'postgresql://me:a%2Fb@example.com:5433/app?sslmode=require')
  assert.doesNotMatch(inspect(read) + JSON.stringify(read) + `${url}`, /a%2Fb|a\/b/)
  const at = path => join(made.folder, path)
  assert.deepEqual(rest, {
    file: at('drizzle.config.ts'),
    schema: ['src/schema.ts', 'src/tables/a.ts', 'src/tables/b.ts', 'more/d.ts'].map(at),
    out: at('migrations'),
    migrations: { schema: 'meta', table: 'done', prefix: 'timestamp' },
    tablesFilter: ['app_*', '!app_old'],
    schemaFilter: ['public'],
    extensionsFilters: ['postgis'],
    roles: { provider: 'neon', exclude: ['me'] },
    casing: 'snake_case',
    breakpoints: false,
    inputs: [at('drizzle.config.ts')],
  })
})

test('a configuration with next to nothing, of every kind of file, and the old style', async () => {
  const plain =
    "{ dialect: 'postgresql', schema: './s.ts', dbCredentials: { url: 'postgres://x/y' } }"
  for (const [name, text] of [
    [
      'drizzle.config.json',
      `{ "dialect": "postgresql", "schema": "./s.ts",
         "dbCredentials": { "url": "postgres://x/y" } }`,
    ],
    ['drizzle.config.js', `export default ${plain}`],
    ['drizzle.config.mjs', `export default ${plain}`],
    ['drizzle.config.cjs', `module.exports = ${plain}`],
    ['drizzle.config.mts', `export default ${plain} satisfies object`],
    [
      'drizzle.config.ts',
      `export default { schema: './s.ts', driver: 'pg',
         dbCredentials: { connectionString: 'postgres://x/y' } }`,
    ],
  ]) {
    const { made, read } = await config({ [name]: text, 's.ts': '' }, name)
    assert.equal(read.url.reveal(), 'postgres://x/y', name)
    assert.equal(read.out, join(made.folder, 'drizzle'))
    assert.deepEqual(read.migrations, {
      schema: 'drizzle',
      table: '__drizzle_migrations',
      prefix: 'index',
    })
    assert.equal(read.breakpoints, true)
    assert.equal(read.casing, null)
  }
  assert.equal(await drizzle.findDrizzleConfig(project({}).folder), null)
})

test('a configuration reads the environment, and .env without being told to', async () => {
  process.env.BALLAST_TEST_SET = 'set'
  const { read } = await config(
    {
      'drizzle.config.ts': `
        const { BALLAST_TEST_SET: set, BALLAST_TEST_FILE: file } = process.env
        export default { dialect: 'postgresql', schema: 's.ts',
          dbCredentials: { url: \`postgres://\${set}/\${file}\` } }`,
      '.env': 'BALLAST_TEST_SET=other\nBALLAST_TEST_FILE=from-file\n',
      's.ts': '',
    },
    'drizzle.config.ts',
  )
  delete process.env.BALLAST_TEST_SET
  assert.equal(read.url.reveal(), 'postgres://set/from-file')
  assert.equal(process.env.BALLAST_TEST_FILE, undefined)
})

test('a configuration whose variable is not set has no URL', async () => {
  const { read } = await config(
    {
      'drizzle.config.ts': `export default { dialect: 'postgresql', schema: 's.ts',
        dbCredentials: { url: process.env.BALLAST_TEST_UNSET } }`,
      's.ts': '',
    },
    'drizzle.config.ts',
  )
  assert.equal(read.url, null)
})

test('what is wrong with a configuration', async () => {
  const wrong = async (text, files = {}) => {
    const made = project({ 'drizzle.config.ts': text, ...files })
    const finding = await findingOf(
      drizzle.readDrizzleConfig(join(made.folder, 'drizzle.config.ts')),
    )
    assert.ok(finding.place === undefined || finding.place.file.startsWith(made.folder))
    return finding
  }
  const mysql = await wrong("export default { dialect: 'mysql', schema: 's.ts' }")
  assert.match(mysql.message, /the dialect is "mysql", and not "postgresql"/)
  const none = await wrong("export default { schema: 's.ts' }")
  assert.match(none.message, /names no dialect/)
  const missing = await wrong("export default { dialect: 'postgresql', schema: './src/no.ts' }")
  assert.match(missing.message, /no file with a schema at \.\/src\/no\.ts/)
  const unnamed = await wrong("export default { dialect: 'postgresql' }")
  assert.match(unnamed.message, /names no schema/)
  const typo = await wrong(
    "export default { dialect: 'postgresql', schema: 's.ts', casing: 'kebab' }",
  )
  assert.equal(typo.message, '"casing" must be "snake_case" or "camelCase"')
  const thrown = await wrong("\nthrow new TypeError('DATABASE_URL is not set')\n")
  assert.equal(thrown.message, 'TypeError: DATABASE_URL is not set')
  assert.equal(thrown.place.line, 2)
  const syntax = await wrong('export default {\n  dialect: postgresql"\n}')
  assert.equal(syntax.place.line, 2)
  const nothing = await wrong('export default undefined')
  assert.match(nothing.message, /exports no configuration|no dialect/)
  const several = await wrong("export default [{ dialect: 'postgresql' }]")
  assert.match(several.message, /exports no configuration/)
})

test('patterns', () => {
  const matches = (pattern, path) => drizzle.globExpression(pattern).test(path)
  assert.ok(matches('src/**/*.ts', 'src/a.ts'))
  assert.ok(matches('src/**/*.ts', 'src/a/b/c.ts'))
  assert.ok(!matches('src/*.ts', 'src/a/b.ts'))
  assert.ok(matches('**/schema.{ts,js}', 'a/schema.js'))
  assert.ok(!matches('a.ts', 'axts'))
  assert.ok(matches('t[!0-9]?', 'tab'))
  assert.ok(!matches('t[!0-9]?', 't1b'))
  assert.ok(matches('(group)/x+.ts', '(group)/x+.ts'))
  const named = ['a.ts', 'relations.ts', 'relations2.ts', 'a.test.ts', 'aa.ts', '.ts']
  const picked = pattern => named.filter(path => matches(pattern, path))
  assert.deepEqual(picked('!(relations|*.test).ts'), ['a.ts', 'relations2.ts', 'aa.ts', '.ts'])
  assert.deepEqual(picked('@(a|rel*).ts'), ['a.ts', 'relations.ts', 'relations2.ts'])
  assert.deepEqual(picked('+(a).ts'), ['a.ts', 'aa.ts'])
  assert.deepEqual(picked('?(a).ts'), ['a.ts', '.ts'])
  assert.deepEqual(picked('*(a).ts'), ['a.ts', 'aa.ts', '.ts'])
  assert.ok(matches('src/**/!(x).ts', 'src/b/y.ts'))
  assert.ok(!matches('src/!(x)/*.ts', 'src/x/y.ts'))
  const filter = drizzle.nameFilter(['app_*', '!app_old'])
  assert.deepEqual(['app_x', 'app_old', 'x'].map(filter), [true, false, true])
  assert.deepEqual(['app_x', 'x'].map(drizzle.nameFilter(['app_*'])), [true, false])
})
