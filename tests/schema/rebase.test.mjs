// `ballast rebase` in real repositories: two clones each add a migration, and one merges the other.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { importSources } from '../support/cli-sources.mjs'
import { ballast, drizzleFolder, makeProject } from '../support/command.mjs'
import '../support/elaborator.mjs'
import { clear, rows, startEndpoint } from '../support/endpoint.mjs'
import { journalOf, kitProject, startModels } from './authoring.mjs'

const table = name => `create table ${name} (id int primary key);`
const identity = [
  '-c',
  'user.name=Ada',
  '-c',
  'user.email=ada@example.com',
  '-c',
  'merge.conflictStyle=merge',
  '-c',
  'init.defaultBranch=main',
]

let dev
let models
let source
let folder

before(async () => {
  dev = await startEndpoint('pglite')
  models = await startModels()
  source = await importSources('schema/schema-ts', 'schema/drizzle-snapshot')
})
after(async () => {
  await dev?.close()
  await models?.close()
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-rebase-'))
  await clear(dev)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function git(at, ...args) {
  const run = spawnSync('git', [...identity, ...args], { cwd: at, encoding: 'utf8' })
  return { code: run.status, text: run.stdout + run.stderr }
}

const must = (at, ...args) => {
  const { code, text } = git(at, ...args)
  assert.equal(code, 0, `git ${args.join(' ')}: ${text}`)
}

/** A clone, as a project to run commands in. */
function clone(name) {
  must(folder, 'clone', '-q', join(folder, 'origin.git'), name)
  return { folder: join(folder, name) }
}

function commit(project, files, message) {
  const made = makeProject(files)
  cpSync(made.folder, project.folder, { recursive: true })
  made.remove()
  must(project.folder, 'add', '-A')
  must(project.folder, 'commit', '-q', '-m', message)
}

/** Two clones of one start: `first` is pushed, `second` has merged it. */
function fork({ start, first, second, merge = ['merge', '-q', 'origin/main'] }) {
  must(folder, 'init', '-q', '--bare', 'origin.git')
  const a = clone('a')
  commit(a, start, 'start')
  must(a.folder, 'push', '-q', 'origin', 'HEAD:main')
  must(folder, '-C', 'origin.git', 'symbolic-ref', 'HEAD', 'refs/heads/main')
  const b = clone('b')
  commit(a, first, 'first')
  must(a.folder, 'push', '-q', 'origin', 'HEAD:main')
  commit(b, second, 'second')
  must(b.folder, 'fetch', '-q')
  const merged = git(b.folder, ...merge)
  return { a, b, merged }
}

const run = (project, args, more) => ballast(project, args, more)
const list = (project, under = 'drizzle') =>
  readdirSync(join(project.folder, under))
    .filter(name => name.endsWith('.sql'))
    .sort()
const journal = project =>
  JSON.parse(readFileSync(join(project.folder, 'drizzle/meta/_journal.json'), 'utf8'))

async function tables() {
  const found = await rows(
    dev,
    "select tablename from pg_tables where schemaname = 'public' order by 1",
  )
  return found.map(([name]) => name)
}

/** Applies a folder, wherever it is. */
async function migrate(project) {
  const { code, out, err } = await run(project, ['migrate'], {
    env: { DATABASE_URL: dev.databaseUrl },
  })
  assert.equal(code, 0, err)
  return out
}

const v7 = {
  start: drizzleFolder({ '0000_start': table('start') }),
  first: {
    ...drizzleFolder({ '0000_start': table('start'), '0001_first': table('first') }),
    'drizzle/0001_first.down.sql': 'drop table first;',
  },
  second: {
    ...drizzleFolder({
      '0000_start': table('start'),
      '0001_second': table('second'),
      '0002_more': table('more'),
    }),
    'drizzle/0001_second.down.sql': 'drop table second;',
  },
}

describe('v7', () => {
  test('check says the fork, rebase mends it, and the folder applies everywhere', async () => {
    const { a, b, merged } = fork(v7)
    assert.notEqual(merged.code, 0)
    const found = await run(b, ['check'])
    assert.equal(found.code, 1)
    assert.match(found.err, /the marks of a merge conflict/)
    assert.match(found.err, /the number of this migration is that of 0001_(first|second)\.sql too/)

    const dry = await run(b, ['rebase', '--dry-run'])
    assert.equal(dry.code, 0, dry.err)
    assert.match(dry.out, /0001_second +-> +0002_second/)
    assert.deepEqual(list(b).includes('0002_second.sql'), false)

    const { code, out, err } = await run(b, ['rebase'])
    assert.equal(code, 0, err)
    assert.match(out, /2 migrations of this branch put behind those of origin\/HEAD/)
    assert.deepEqual(list(b), [
      '0000_start.sql',
      '0001_first.down.sql',
      '0001_first.sql',
      '0002_second.down.sql',
      '0002_second.sql',
      '0003_more.sql',
    ])
    const { entries } = journal(b)
    assert.deepEqual(
      entries.map(({ idx, tag }) => `${idx} ${tag}`),
      ['0 0000_start', '1 0001_first', '2 0002_second', '3 0003_more'],
    )
    assert.ok(entries.every(({ when }, at) => at === 0 || when > entries[at - 1].when))
    assert.ok(existsSync(join(b.folder, 'drizzle/.ballast/schema.json')))
    must(b.folder, 'add', '-A')
    must(b.folder, 'commit', '-q', '-m', 'merged')
    const after = await run(b, ['check'])
    assert.equal(after.code, 0, after.err)
    const again = await run(b, ['rebase'])
    assert.match(again.out, /Nothing to mend/)

    await migrate(b)
    assert.deepEqual(await tables(), ['first', 'more', 'second', 'start'])
    // A database that has what the one branch had, and then one that has what the other had.
    await clear(dev)
    await migrate(a)
    assert.match(await migrate(b), /0002_second, 0003_more/)
    assert.deepEqual(await tables(), ['first', 'more', 'second', 'start'])
    await clear(dev)
    const config = { 'ballast.config.json': { migrations: 'drizzle', drizzle: false } }
    const old = makeProject({ ...v7.second, ...config })
    await migrate(old)
    old.remove()
    // Of a migration that has a new name the journal knows the contents.
    writeFileSync(
      join(b.folder, 'ballast.config.json'),
      JSON.stringify(config['ballast.config.json']),
    )
    assert.match(await migrate(b), /Applied 1 migration .*: 0001_first/)
    assert.deepEqual(await tables(), ['first', 'more', 'second', 'start'])
  })

  test('a journal that was merged by taking one side gets its entries back', async () => {
    const { b } = fork({ ...v7, merge: ['merge', '-q', '-X', 'theirs', 'origin/main'] })
    must(b.folder, 'checkout', '-q', 'origin/main', '--', 'drizzle/meta/_journal.json')
    const { code, err } = await run(b, ['rebase'])
    assert.equal(code, 0, err)
    assert.deepEqual(
      journal(b).entries.map(({ tag }) => tag),
      ['0000_start', '0001_first', '0002_second', '0003_more'],
    )
  })

  test('what a database has applied keeps its name, and a collision is said', async () => {
    const { b } = fork(v7)
    const env = { DATABASE_URL: dev.databaseUrl }
    const old = makeProject(v7.second)
    await migrate(old)
    old.remove()
    const before = list(b)
    const { code, err } = await run(b, ['rebase', '--database'], { env })
    assert.equal(code, 1)
    assert.match(err, /0001_second is applied to the database, and 0001_first is on origin\/HEAD/)
    assert.deepEqual(list(b), before)
    await clear(dev)
    const empty = await run(b, ['rebase', '--database'], { env })
    assert.equal(empty.code, 0, empty.err)
  })

  test('migrations that do not go together are named after the files are in order', async () => {
    const { b } = fork({
      ...v7,
      first: drizzleFolder({ '0000_start': table('start'), '0001_first': table('second') }),
    })
    const { code, err } = await run(b, ['rebase'])
    assert.equal(code, 1)
    assert.match(err, /drizzle\/0002_second\.sql:1:\d+.*relation "second" already exists/)
    assert.match(err, /The migrations are in order, and do not go together/)
  })

  test('both branches with a migration of one name: nothing is written', async () => {
    const { b } = fork({
      ...v7,
      first: drizzleFolder({ '0000_start': table('start'), '0001_second': table('other') }),
    })
    const { code, err } = await run(b, ['rebase'])
    assert.equal(code, 1)
    assert.match(err, /0001_second\.sql holds the marks of a merge conflict: both branches/)
    assert.match(readFileSync(join(b.folder, 'drizzle/0001_second.sql'), 'utf8'), /^<<<<<<< /)
  })

  test("Drizzle's snapshots are chained again, and drizzle-kit finds nothing to do", async () => {
    const empty = { text: '' }
    const states = {}
    for (const [name, sql] of Object.entries({
      start: 'create table start (id int)',
      first: 'create table start (id int); create table first (id int)',
      second: 'create table start (id int, added text)',
      both: 'create table start (id int, added text); create table first (id int)',
    }))
      states[name] = await models.model(sql)
    const made = makeProject()
    const out = join(made.folder, 'drizzle')
    await source.writeDrizzleSnapshot(out, 'v7', '0000_start', empty, states.start)
    const snapshot = name => readFileSync(join(out, `meta/${name}_snapshot.json`), 'utf8')
    const start = { 'drizzle/meta/0000_snapshot.json': snapshot('0000') }
    await source.writeDrizzleSnapshot(out, 'v7', '0001_first', states.start, states.first)
    const first = { ...start, 'drizzle/meta/0001_snapshot.json': snapshot('0001') }
    await source.writeDrizzleSnapshot(out, 'v7', '0001_second', states.start, states.second)
    const second = { ...start, 'drizzle/meta/0001_snapshot.json': snapshot('0001') }
    made.remove()
    const folderOf = (tags, more) => ({
      ...more,
      'drizzle/meta/_journal.json': journalOf(tags),
      ...Object.fromEntries(tags.map(tag => [`drizzle/${tag}.sql`, sqlOf[tag]])),
    })
    const sqlOf = {
      '0000_start': 'create table start (id int);',
      '0001_first': 'create table first (id int);',
      '0001_second': 'alter table start add added text;',
    }
    const { b } = fork({
      start: folderOf(['0000_start'], start),
      first: folderOf(['0000_start', '0001_first'], first),
      second: folderOf(['0000_start', '0001_second'], second),
    })
    const { code, err } = await run(b, ['rebase'])
    assert.equal(code, 0, err)
    const read = name =>
      JSON.parse(readFileSync(join(b.folder, `drizzle/meta/${name}_snapshot.json`)))
    assert.equal(read('0002').prevId, read('0001').id)
    assert.equal(read('0001').id, JSON.parse(first['drizzle/meta/0001_snapshot.json']).id)
    const project = kitProject({ 'schema.ts': source.writeSchemaTs(states.both) })
    cpSync(join(b.folder, 'drizzle'), join(project.folder, 'drizzle'), { recursive: true })
    const args = ['--dialect', 'postgresql', '--out', 'drizzle']
    assert.match(project.kit('check', ...args).text, /Everything's fine/)
    assert.match(
      project.kit('generate', ...args, '--schema', 'schema.ts').text,
      /No schema changes/,
    )
    project.remove()
  })
})

test('plain files, on a branch of one repository, after the merge is committed', async () => {
  const plain = names =>
    Object.fromEntries(names.map(name => [`migrations/${name}.sql`, table(name.slice(5))]))
  const { b, merged } = fork({
    start: plain(['0001_start']),
    first: plain(['0002_first']),
    second: plain(['0002_second']),
    merge: ['merge', '-q', '-m', 'merged', 'origin/main'],
  })
  assert.equal(merged.code, 0, merged.text)
  assert.equal((await run(b, ['check'])).code, 1)
  const { code, events, out } = await run(b, ['rebase', '--json'])
  assert.equal(code, 0, out)
  const [{ event, moved, dryRun }] = events.slice(-1)
  assert.deepEqual(
    [event, moved, dryRun],
    ['done', [{ from: '0002_second', to: '0003_second' }], false],
  )
  assert.deepEqual(list(b, 'migrations'), ['0001_start.sql', '0002_first.sql', '0003_second.sql'])
  assert.equal((await run(b, ['check'])).code, 0)
})

test('v9: a folder that sorts before theirs moves, and its snapshot follows', async () => {
  const of = (tag, sql, { id, type = 'diff' }, ...prevIds) => ({
    [`drizzle/${tag}/migration.sql`]: sql,
    [`drizzle/${tag}/snapshot.json`]: {
      type,
      version: '9',
      dialect: 'postgres',
      id,
      prevIds,
      footprints: [],
      ...(type === 'base' ? { ddl: [] } : { deltas: [] }),
    },
  })
  const { b } = fork({
    start: of('20260101000000_start', table('start'), { id: 'start', type: 'base' }, '0'),
    first: of('20260103000000_first', table('first'), { id: 'first' }, 'start'),
    second: of('20260102000000_second', table('second'), { id: 'second' }, 'start'),
    merge: ['merge', '-q', '-m', 'merged', 'origin/main'],
  })
  assert.match((await run(b, ['check'])).err, /history has two heads/)
  const { code, err } = await run(b, ['rebase'])
  assert.equal(code, 0, err)
  const names = readdirSync(join(b.folder, 'drizzle'))
    .filter(name => !name.startsWith('.'))
    .sort()
  assert.deepEqual(names.slice(0, 2), ['20260101000000_start', '20260103000000_first'])
  assert.match(names[2], /^\d{14}_second$/)
  const snapshot = JSON.parse(readFileSync(join(b.folder, 'drizzle', names[2], 'snapshot.json')))
  assert.deepEqual(snapshot.prevIds, ['first'])
  assert.equal((await run(b, ['check'])).code, 0)
})

test('without git, and with a branch that git does not know', async () => {
  const alone = makeProject(v7.start)
  const { code, err } = await run(alone, ['rebase'])
  assert.equal(code, 1)
  assert.match(err, /in no git repository/)
  must(alone.folder, 'init', '-q')
  const unknown = await run(alone, ['rebase', '--onto', 'nowhere'])
  assert.match(unknown.err, /git knows no nowhere/)
  alone.remove()
})
