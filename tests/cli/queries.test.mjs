// `ballast check` over the queries of a project: what it says, what it writes, and when not.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { neon } from 'ballast'
import { checker } from 'ballast/check'
import { queryHash, verified } from 'ballast/verified'
import { recordQueries } from 'ballast-cli/dev'
import { importSources } from '../support/cli-sources.mjs'
import { cache, workshop } from '../schema/workshop.mjs'
import { startBallast } from '../support/command.mjs'
import '../support/elaborator.mjs'
import { startEndpoint } from '../support/endpoint.mjs'
import { top } from '../support/source.mjs'

const { dependencies } = createRequire(import.meta.url)('../../bindings/cli/package.json')
const pglite = dependencies['@electric-sql/pglite']

const schema = `create table users (
  id bigint primary key generated always as identity,
  email text not null,
  created_at timestamptz not null default now()
);
`
const right = `import { neon } from 'ballast'
const sql = neon(process.env.DATABASE_URL!)

export async function find(id: string) {
  const [user] = await sql\`select id, email from users where id = \${id}\`
  return user
}
export const count = () => sql.query('select count(*) as n from users')
export const add = (email: string) => sql\`insert into users (email) values (\${email})\`
`

let project

beforeEach(() => {
  project = workshop({
    'migrations/0000_users.sql': schema,
    'migrations/0000_users.down.sql': 'drop table users;\n',
    'src/users.ts': right,
  })
})
afterEach(() => project.remove())

/** The findings and the last event. */
async function json(code, args = []) {
  const { events } = await project.expect(code, ['check', '--json', ...args])
  const last = events.at(-1)
  const errors = last.event === 'error' ? [last, ...(last.others ?? [])] : []
  return { warnings: events.filter(({ event }) => event === 'warning'), errors, last }
}

const written = ['queries.d.ts', 'schema.d.ts', 'schema.js', 'verified.d.ts', 'verified.js']
const outputs = () =>
  Object.keys(project.all()).filter(name => name.startsWith('ballast/')).map(name => name.slice(8))

describe('what is right', () => {
  test('is said, and written beside the bundle', async () => {
    const { out } = await project.expect(0, ['check'])
    assert.match(out, /^3 queries checked\.\nNothing to mend/)
    assert.deepEqual(outputs(), written)
    const all = project.all()
    const { last } = await json(0)
    assert.deepEqual(last.queries, {
      files: 1, found: 3, recorded: 0, unread: [], notChecked: [], right: 3, disagreements: 0,
    })
    assert.deepEqual(project.all(), all, 'a second time nothing is written')
  })

  test('is a schema and a list that the client takes', async () => {
    await project.expect(0, ['check'])
    const load = name => import(pathToFileURL(project.path(`ballast/${name}`)).href)
    const { schema } = await load('schema.js')
    const { queries } = await load('verified.js')
    assert.equal(queries.schema, schema.hash)
    assert.deepEqual([schema.version, schema.postgres, schema.migration, schema.migrations],
      [1, 17, '0000_users', ['0000_users']])
    const text = 'select count(*) as n from users'
    assert.deepEqual(queries.queries[queryHash(text)], [1, [], [['n', 0]]])
    const check = checker(schema).with(verified(queries))
    assert.equal(check.check(text).verdict, 'ok')
    const wrong = check.check('select emial from users')
    assert.deepEqual([wrong.error.code, wrong.error.position], ['42703', 8])
  })

  test('with --write is a type in each template, and nothing else', async () => {
    await project.expect(0, ['check', '--write'])
    const typed = right.replace('sql`select id', 'sql<{ id: string; email: string }>`select id')
    assert.equal(project.read('src/users.ts'), typed)
    await project.expect(0, ['check', '--write'])
    assert.equal(project.read('src/users.ts'), typed)
  })

  test('with --frozen is not written, and has to be there', async () => {
    const { errors } = await json(1, ['--frozen'])
    assert.deepEqual(errors.map(({ file }) => file).sort(), written.map(name => `ballast/${name}`))
    assert.deepEqual(outputs(), [])
    await project.expect(0, ['check'])
    await project.expect(0, ['check', '--frozen'])
    project.write({ 'src/more.ts': right.replace('count(*)', 'max(id)') })
    const late = await json(1, ['--frozen'])
    assert.deepEqual(late.errors.map(({ file }) => file),
      ['ballast/verified.js', 'ballast/queries.d.ts'])
  })

  test('is nothing where there are no queries', async () => {
    project.delete('src/users.ts')
    const { last } = await json(0)
    assert.equal(last.queries, undefined)
    project.write({ 'src/users.ts': `${right}=` })
    const { errors } = await json(1)
    assert.match(errors.at(-1).message, /^its queries are not checked, since it cannot be read/)
    assert.deepEqual(outputs(), [])
  })
})

describe('what is wrong', () => {
  const code = `import { neon } from 'ballast'
const sql = neon(process.env.DATABASE_URL!)
export const a = (id: number) => sql\`
  select id, emial
  from users where id = \${id}\`
const columns = sql\`id, nmae\`
export const b = () => sql\`select \${columns} from users\`
export const c = () => sql.query('select \\'é\\u{1F600}\\', nope from users')
export const d = () => sql\`select 1 +\`
`

  test('is shown as a compiler does', async () => {
    project.write({ 'src/users.ts': code })
    const { err } = await project.expect(1, ['check'])
    assert.ok(err.includes(`src/users.ts:4:14: error 42703: column "emial" does not exist
  4 |   select id, emial
    |              ^
  hint: Perhaps you meant to reference the column "users.email".
`), err)
    assert.ok(err.includes(`src/users.ts:6:25: error 42703: column "nmae" does not exist
  6 | const columns = sql\`id, nmae\`
    |                         ^
`), err)
    assert.ok(err.includes(`src/users.ts:8:58: error 42703: column "nope" does not exist`), err)
    assert.ok(err.includes(`src/users.ts:9:38: error 42601: syntax error at end of input
  9 | export const d = () => sql\`select 1 +\`
    |                                      ^`), err)
    assert.deepEqual(outputs(), [], 'a list that lacks it is not written')
  })

  test('as JSON, as annotations and as SARIF', async () => {
    project.write({ 'src/users.ts': code })
    const { errors } = await json(1)
    assert.deepEqual(errors.map(({ file, line, column, code }) => [file, line, column, code]), [
      ['src/users.ts', 4, 14, '42703'], ['src/users.ts', 6, 25, '42703'],
      ['src/users.ts', 8, 58, '42703'], ['src/users.ts', 9, 38, '42601'],
    ])
    const { out } = await project.expect(1, ['check', '--format', 'github'])
    assert.match(out, /^::error file=src\/users\.ts,line=4,col=14::column "emial" does not exist/m)
    const { out: text } = await project.expect(1, ['check', '--format', 'sarif'])
    const [{ results, tool, columnKind }] = JSON.parse(text).runs
    const [result] = results.filter(({ level }) => level === 'error')
    assert.equal(columnKind, 'unicodeCodePoints')
    assert.deepEqual(tool.driver.rules.map(({ id }) => id), ['42601', '42703', 'ballast'])
    const [{ physicalLocation }] = result.locations
    assert.deepEqual(physicalLocation, {
      artifactLocation: { uri: 'src/users.ts' }, region: { startLine: 4, startColumn: 14 },
    })
    assert.match(result.message.text, /^column "emial" does not exist\nPerhaps you meant/)
  })

  test('in the configuration is in a report, too', async () => {
    project.write({ 'ballast.config.json': { shema: 'x' } })
    const { out } = await project.expect(1, ['check', '--format', 'sarif'])
    const [{ message, locations }] = JSON.parse(out).runs[0].results
    assert.match(message.text, /^there is no key "shema"\nDid you mean "schema"/)
    assert.deepEqual(locations[0].physicalLocation, {
      artifactLocation: { uri: 'ballast.config.json' }, region: { startLine: 1, startColumn: 2 },
    })
    const github = await project.expect(1, ['check', '--format', 'github'])
    assert.match(github.out, /^::error file=ballast\.config\.json,line=1,col=2::there is no key/)
  })

  test('of the migrations leaves the queries for later', async () => {
    project.write({ 'migrations/0001_b.sql': 'create tabel b ();' })
    const { errors, warnings } = await json(1)
    assert.deepEqual(errors.map(({ file }) => file), ['migrations/0001_b.sql'])
    assert.ok(warnings.some(({ message }) => /until the migrations are mended/.test(message)))
    // What keeps from looking is in a report as well, where all has the members that GitHub wants.
    project.write({ 'migrations/0001_b.sql': 'alter table b add x int;' })
    for (const args of [[], ['--database']]) {
      const { out } = await project.expect(1, ['check', '--format', 'sarif', ...args])
      const [{ tool, results }] = JSON.parse(out).runs
      assert.equal(tool.driver.name, 'ballast')
      for (const { ruleId, level, message, locations } of results) {
        assert.ok(tool.driver.rules.some(({ id }) => id === ruleId))
        assert.ok(/^(?:error|warning)$/.test(level) && message.text.length > 0)
        const { uri } = locations[0].physicalLocation.artifactLocation
        assert.match(uri, /^[\w.]+(?:\/[\w.]+)*$/)
      }
      const [error] = results.filter(({ level }) => level === 'error')
      const says = args.length === 0 ? /relation "b" does not/ : /no database URL/
      assert.match(error.message.text, says)
    }
  })
})

describe('what cannot be read', () => {
  test('is counted, and listed with its place and why', async () => {
    project.write({
      'src/more.ts': `import { neon } from 'ballast'
        const sql = neon(process.env.DATABASE_URL!)
        export const a = (order: string) => sql.query('select 1 order by ' + order)
        export const b = (where: unknown) => sql\`select id from users \${where}\`
        export const c = () => sql\`listen x\`
        export const d = (db: { sql: typeof other }) => db.sql\`select 1\``,
    })
    const { warnings, last } = await json(0)
    const { unread, notChecked, found, right } = last.queries
    assert.deepEqual([found, right], [7, 3])
    assert.deepEqual(unread.map(({ file, line, why }) => [file, line, why]), [
      ['src/more.ts', 3, 'order is known only when the program runs'],
      ['src/more.ts', 6, 'it cannot be told what db.sql is'],
      ['src/more.ts', 4,
        'where may be a part of the query, and is known only when the program runs'],
    ])
    assert.deepEqual(notChecked.map(({ line }) => line), [5])
    const told = warnings.filter(({ file }) => /^src/.test(file ?? ''))
    assert.deepEqual(told.map(({ file, line }) => [file, line]), [
      ['src/more.ts', 3], ['src/more.ts', 6], ['src/more.ts', 4], ['src/more.ts', 5],
    ])
  })

  test('is an error where it is a file, whose queries a list would lack', async () => {
    project.write({ 'src/broken.ts': 'const sql = `select` = = {' })
    const { errors } = await json(1)
    assert.deepEqual(errors.map(({ file }) => file), ['src/broken.ts'])
    assert.deepEqual(outputs(), [])
    project.write({ 'ballast.config.json': { queries: ['src/**', '!src/broken.ts'] } })
    await json(0)
    assert.deepEqual(outputs(), written)
  })
})

describe('what was recorded', () => {
  let dev
  after(() => dev?.close())

  test('by onEvent, of a query builder', async () => {
    dev = await startEndpoint('pglite')
    const file = project.path('.ballast/queries.jsonl')
    const recorder = recordQueries(file)
    const sql = neon(dev.databaseUrl, { onEvent: recorder })
    await sql.query(schema)
    await sql.query('select "email" from "users" where "id" = $1', [1])
    await sql.query('select "email" from "users" where "id" = $1', [2])
    await sql.transaction([sql`select 1 as one`, sql`select 2 as two`])
    await recorder.close()
    const texts = () => readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line))
    assert.deepEqual(texts().slice(1), [
      { query: 'select "email" from "users" where "id" = $1' },
      { query: 'select 1 as one' }, { query: 'select 2 as two' },
    ])
    const { last } = await json(0)
    assert.deepEqual([last.queries.recorded, last.queries.right], [3, 6])
    assert.match(project.read('ballast/queries.d.ts'), /select "email" from "users"/)
    const again = recordQueries(file)
    again.add(['select 1 as one', 'select 3'])
    await again.close()
    assert.equal(texts().length, 5)
  })

  test('is told with its line, and the text that is wrong', async () => {
    project.write({ 'log.jsonl': '"select 1"\n{"text":["select nope from users"]}\n',
      'ballast.config.json': { migrations: 'migrations', recorded: ['log.jsonl'] } })
    const { err } = await project.expect(1, ['check'])
    assert.ok(err.includes(`log.jsonl:2: error 42703: column "nope" does not exist
  | select nope from users
  |        ^`), err)
    project.write({ 'log.jsonl': 'nonsense' })
    const { errors } = await json(1)
    assert.equal(errors[0].message, 'this line is no recorded query')
  })

  test('by ballast dev --record', async () => {
    const run = startBallast(project, ['dev', '--port', '0', '--json', '--record'], { env: cache })
    const url = await new Promise(resolve => {
      run.child.stdout.on('data', () => {
        const found = /"databaseUrl":"([^"]+)"/.exec(run.out)
        if (found) resolve(found[1])
      })
    })
    const sql = neon(url)
    await sql`select ${1}::int as n`
    await assert.rejects(async () => sql`select nope`)
    await project.expect(0, ['migrate'], { DATABASE_URL: url })
    await project.expect(0, ['drift'], { DATABASE_URL: url })
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    assert.equal(project.read('.ballast/queries.jsonl'), '{"query":"select $1::int as n"}\n')
  })
})

describe('where Ballast and PostgreSQL say different things', () => {
  test('it is a bug of ours, with a report to paste', async () => {
    const { QueryJudge, disagreementOf } = await importSources('queries/judge', 'queries/findings')
    await project.expect(0, ['check'])
    const { schema } = await import(pathToFileURL(project.path('ballast/schema.js')).href)
    const text = 'select id from users where id = $1'
    const id = { name: 'id', type: 20, modifier: -1 }
    const same = { refusal: null, parameters: [20], columns: [id] }
    const judge = described => new QueryJudge({
      schema, described: new Map([[text, described]]), types: { 20: 'bigint', 23: 'integer' },
    }).judge(text)
    globalThis.VERSION = '0.0.0'
    assert.equal(judge(same).kind, 'ok')
    for (const other of [
      { ...same, parameters: [23] },
      { ...same, parameters: [] },
      { ...same, columns: [{ name: 'ID', type: 20, modifier: -1 }] },
      { ...same, columns: [{ name: 'id', type: 23, modifier: -1 }] },
      { ...same, columns: [{ name: 'id', type: 20, modifier: 4 }] },
      { ...same, refusal: { code: '42703', message: 'no', done: 0 } },
    ]) {
      const verdict = judge(other)
      assert.equal(verdict.kind, 'disagreement', JSON.stringify(other))
      const { notes, message } = disagreementOf({ file: '/a.ts' }, verdict)
      assert.match(message, /a bug of ballast/)
      assert.ok(notes.includes(`query: ${JSON.stringify(text)}`))
      assert.match(notes[2], /^ballast says: \{"parameters":\["bigint"\]/)
      assert.match(notes[3], /^PostgreSQL 18 says: /)
    }
  })

  test('what it takes and we do not is one, too, unless it may be new in it', async () => {
    const { QueryJudge } = await importSources('queries/judge')
    await project.expect(0, ['check'])
    const { schema } = await import(pathToFileURL(project.path('ballast/schema.js')).href)
    const described = { refusal: null, parameters: [], columns: [] }
    const judge = (text, postgres) => new QueryJudge({
      schema: { ...schema, postgres }, described: new Map([[text, described]]), types: {},
    }).judge(text).kind
    assert.equal(judge('select nope from users', 17), 'error')
    assert.equal(judge('select nope from users', 18), 'disagreement')
    assert.equal(judge('select max(max(id)) from users', 17), 'disagreement')
  })
})

describe('the schema', () => {
  test('is written by types, and kept up to date by generate', async () => {
    await project.expect(0, ['types'])
    assert.deepEqual(outputs(), ['database.ts', 'schema.d.ts', 'schema.js'])
    const before = project.read('ballast/schema.js')
    project.write({ 'schema.sql': schema.replace('email', 'name text, email') })
    await project.expect(0, ['generate', '--name', 'name'])
    const later = project.read('ballast/schema.js')
    assert.notEqual(later, before)
    assert.match(later, /migration: '0001_name'/)
    // It is the same on another machine, which has not loaded anything before.
    const folders = [cache.XDG_CACHE_HOME, project.path('cache')]
    const [own, other] = folders.map(at => join(at, 'ballast'))
    mkdirSync(other, { recursive: true })
    copyFileSync(join(own, `cluster-${pglite}.tar`), join(other, `cluster-${pglite}.tar`))
    const { out } = await project.expect(0, ['types'], { XDG_CACHE_HOME: project.path('cache') })
    assert.doesNotMatch(out, /schema\.js/)
    assert.equal(project.read('ballast/schema.js'), later)
    project.write({ 'ballast/schema.js': before })
    await project.expect(1, ['types', '--check'])
  })

  test('is that of a search_path', async () => {
    project.write({
      'migrations/0001_app.sql': 'create schema app; create table app.things (id int);',
      'migrations/0001_app.down.sql': 'drop schema app cascade;',
      'src/users.ts': right.replaceAll('users', 'things').replaceAll('email', 'id'),
    })
    await project.expect(1, ['check'])
    project.write({ 'ballast.config.json': { migrations: 'migrations', searchPath: ['app'] } })
    await project.expect(0, ['check'])
  })
})

describe('another version of the program', () => {
  test('has its texts in what was written for it', async () => {
    const { queryTypes, textsIn } = await importSources('queries/modules')
    const texts = ["select 'it''s' as \"a\"", 'select E\'\\\\\'', 'select\n\t1', "select '\\'\\\\'"]
    const queries = texts.map(text => ({ text, row: null, params: '[]' }))
    assert.deepEqual(textsIn(queryTypes(queries)).sort(), [...texts].sort())
  })

  test('fits or does not', async () => {
    await project.expect(0, ['check'])
    project.write({ 'old/queries.d.ts': project.read('ballast/queries.d.ts') })
    const { failingQueries, loadConfig } = await importSources('queries/version', 'config')
    const ends = []
    const screen = { note() {}, status() {}, done() {} }
    const config = await loadConfig(undefined, project.folder)
    const context = { config, screen, atEnd: step => ends.push(step) }
    // What the build of the command puts in, and beside it.
    Object.assign(globalThis, { VERSION: '0.0.0', PGLITE_VERSION: pglite })
    const module = 'ballast-tools.wasm'
    copyFileSync(join(top, 'bindings/cli/dist', module), join(top, 'build/internal', module))
    process.env.XDG_CACHE_HOME = cache.XDG_CACHE_HOME
    assert.deepEqual(await failingQueries(context, project.path('old')), [])
    assert.equal(await failingQueries(context, project.path('src')), null)
    project.write({ 'migrations/0001_b.sql': 'alter table users rename email to mail;' })
    assert.deepEqual(await failingQueries(context, project.path('old/verified.js')), [
      'insert into users (email) values ($1): column "email" of relation "users" does not exist',
      'select id, email from users where id = $1: column "email" does not exist',
    ])
    for (const end of ends) await end()
  })
})

test('--watch looks again after each change', async () => {
  const run = startBallast(project, ['check', '--watch'], { env: cache })
  const until = async pattern => {
    const late = AbortSignal.timeout(60_000)
    while (!pattern.test(run.out + run.err)) {
      late.throwIfAborted()
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    run.out = run.err = ''
  }
  await until(/3 queries checked[^]*Waiting for changes/)
  project.write({ 'src/users.ts': right.replace('select id', 'select idd') })
  await until(/column "idd" does not exist[^]*Waiting for changes/)
  project.write({ 'src/users.ts': right })
  await until(/3 queries checked[^]*Waiting for changes/)
  project.write({ 'ballast.config.json': { shema: 'x' } })
  await until(/Did you mean "schema"[^]*Waiting for changes/)
  run.child.kill('SIGINT')
  assert.equal(await run.ended, 0)
})

test('the example Worker is right', async () => {
  const { readTypeScriptConfig, codeFiles, findQueries, Resolver } =
    await importSources('queries/find', 'queries/resolve', 'queries/tsconfig', 'queries/files')
  const root = join(top, 'worker')
  const config = readTypeScriptConfig(root)
  const { queries, unread } = findQueries(await codeFiles(root, null, config), new Resolver())
  assert.ok(queries.length >= 8, `${queries.length}`)
  assert.ok(unread.every(({ source }) => source.file.endsWith('rejected.ts')))
})
