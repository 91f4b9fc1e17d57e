// `ballast check` over folders that are as they should be, and over ones that are not.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { ballast, drizzleFolder, makeProject } from '../support/command.mjs'
import '../support/elaborator.mjs'
import { clear, startEndpoint } from '../support/endpoint.mjs'

const users = 'create table users (id int primary key);'
const posts = 'create table posts (id int primary key);'
const downs = {
  'drizzle/0000_users.down.sql': 'drop table users;',
  'drizzle/0001_posts.down.sql': 'drop table posts;',
}

let project

beforeEach(() => {
  project = makeProject({
    ...drizzleFolder({ '0000_users': users, '0001_posts': posts }),
    ...downs,
  })
})
afterEach(() => project.remove())

const run = (args = [], more = {}) => ballast(project, ['check', ...args], more)
const read = path => readFileSync(join(project.folder, path), 'utf8')

/** The findings as `[severity, file:line, message]`. */
async function findings(args = [], more = {}) {
  const { code, events } = await run(['--json', ...args], more)
  const place = ({ file, line }) => [file, line].filter(part => part !== undefined).join(':')
  const found = events.flatMap(event => {
    if (event.event === 'warning') return [event]
    return event.event === 'error' ? [event, ...(event.others ?? [])] : []
  })
  return { code, found: found.map(one => `${place(one)} ${one.message}`), events }
}

const keep = () => ballast(project, ['export'])

describe('a folder', () => {
  test('that is whole has nothing to mend', async () => {
    assert.equal((await keep()).code, 0)
    const { code, out, err } = await run()
    assert.deepEqual([code, out, err], [0, 'Nothing to mend.\n', ''])
    const { events } = await findings()
    assert.deepEqual(events, [
      { event: 'done', folder: 'drizzle', format: 'v7', migrations: 2, warnings: 0 },
    ])
  })

  test('without a kept schema or a down: warnings, and 0', async () => {
    project.delete('drizzle/0001_posts.down.sql')
    const { code, found } = await findings()
    assert.equal(code, 0)
    assert.deepEqual(found, [
      'drizzle/0001_posts.sql 0001_posts has no down, so `ballast undo` stops at it: write it as ' +
        '0001_posts.down.sql',
      'drizzle the schema that the folder leads to is not kept: `ballast export` writes it',
    ])
  })

  test('that begins without downs is as others leave it: later ones are missed', async () => {
    assert.equal((await keep()).code, 0)
    project.delete('drizzle/0000_users.down.sql')
    assert.deepEqual((await findings()).found, [])
    project.delete('drizzle/0001_posts.down.sql')
    assert.deepEqual((await findings()).found, [])
  })

  test('an edit after the schema was kept', async () => {
    await keep()
    project.write({ 'drizzle/0001_posts.sql': `${posts} create table more ();` })
    const { code, found } = await findings()
    assert.equal(code, 1)
    assert.deepEqual(found, [
      'drizzle/.ballast/schema.json it is not the schema of these migrations: one was added, ' +
        'edited or taken away',
    ])
  })

  test('a file that no journal names, an entry without a file, twice, too old', async () => {
    const journal = JSON.parse(read('drizzle/meta/_journal.json'))
    journal.entries.push(
      { ...journal.entries[0], idx: 2, tag: '0002_gone' },
      { ...journal.entries[1], idx: 3 },
    )
    project.write({
      'drizzle/meta/_journal.json': JSON.stringify(journal, null, 2),
      'drizzle/0004_stray.sql': 'select 1',
    })
    const { code, found } = await findings()
    assert.equal(code, 1)
    for (const part of [
      '0004_stray.sql the journal does not name this file',
      '_journal.json:23 the journal names 0002_gone, and there is no 0002_gone.sql',
      'the journal names 0001_posts twice',
      '0002_gone is not younger than an entry before it',
    ]) {
      assert.ok(
        found.some(line => line.includes(part)),
        `${part}\n${found.join('\n')}`,
      )
    }
  })

  test('a gap, and a name without a number, of plain files', async () => {
    project.remove()
    project = makeProject({
      'migrations/0001_a.sql': users,
      'migrations/0003_b.sql': posts,
      'migrations/notes.sql': 'select 1',
    })
    const { code, found } = await findings()
    assert.equal(code, 0)
    assert.ok(
      found.includes('migrations/0003_b.sql there is a gap between 0001_a.sql and this one'),
    )
    assert.ok(
      found.includes(
        'migrations/notes.sql its name does not begin with a number, so it is no migration',
      ),
    )
  })

  test('a mistake in the SQL, with its place', async () => {
    project.write({ 'drizzle/0001_posts.sql': 'create tabel posts ();' })
    const { code, found } = await findings()
    assert.equal(code, 1)
    assert.ok(
      found.some(line => /^drizzle\/0001_posts\.sql:1 syntax error/.test(line)),
      found,
    )
  })

  test('a bundle that is out of date', async () => {
    await keep()
    await ballast(project, ['bundle'])
    assert.equal((await run()).code, 0)
    project.write({ 'drizzle/0001_posts.sql': `${posts}\n-- a comment that changes the file` })
    const { code, found } = await findings()
    assert.equal(code, 1)
    assert.deepEqual(found, ['ballast/bundle.js the bundle is not that of these migrations'])
  })
})

describe('a fork', () => {
  test('two of one number', async () => {
    project.write(
      drizzleFolder({ '0000_users': users, '0001_posts': posts, '0001_other': 'select 1' }),
    )
    const { code, found, events } = await findings()
    assert.equal(code, 1)
    assert.ok(
      found.some(
        line =>
          line ===
          'drizzle/0001_other.sql the number of this migration is that of 0001_posts.sql too',
      ),
      found,
    )
    assert.match(JSON.stringify(events), /`ballast rebase` puts those of this branch behind/)
  })

  test('the marks of a conflict in the journal', async () => {
    const journal = read('drizzle/meta/_journal.json').replace(
      '"idx":1',
      '\n<<<<<<< HEAD\n"idx":1\n=======\n"idx":1\n>>>>>>> main\n',
    )
    project.write({ 'drizzle/meta/_journal.json': journal })
    const { code, found } = await findings()
    assert.equal(code, 1)
    assert.deepEqual(
      found.filter(line => line.includes('marks')),
      ['drizzle/meta/_journal.json:2 the marks of a merge conflict'],
    )
  })

  test('two snapshots of v7 that follow the same one', async () => {
    const snapshot = (id, prevId) => ({ id, prevId, version: '7' })
    project.write({
      'drizzle/meta/0000_snapshot.json': snapshot('a', '0'),
      'drizzle/meta/0001_snapshot.json': snapshot('b', '0'),
    })
    const { code, found } = await findings()
    assert.equal(code, 1)
    assert.ok(
      found.includes(
        'drizzle/meta/0001_snapshot.json this snapshot follows the same one ' +
          'as meta/0000_snapshot.json',
      ),
    )
  })

  test('that generate does not go on from, wherever a snapshot says what it follows', async () => {
    const tables = { tables: 'x'.repeat(5000) }
    project.write({
      'ballast.config.json': { schema: 'schema.sql', migrations: 'drizzle' },
      'schema.sql': `${users}${posts}`,
    })
    const ends = [
      { id: 'b', prevId: '0', ...tables },
      { ...tables, prevId: '0', id: 'b' },
      { id: 'b', prevId: 'a', ...tables },
    ]
    for (const [index, end] of ends.entries()) {
      project.write({
        'drizzle/meta/0000_snapshot.json': { version: '7', id: 'a', prevId: '0', ...tables },
        'drizzle/meta/0001_snapshot.json': end,
      })
      const { code, err } = await ballast(project, ['generate'])
      assert.equal(code, index === 2 ? 0 : 1, err)
      if (index < 2) assert.match(err, /0001_snapshot\.json: error: this snapshot follows the same/)
    }
  })

  test('two heads of v9', async () => {
    project.remove()
    const snapshot = (id, ...prevIds) => ({ id, prevIds, version: '9' })
    const of = (tag, sql, link) => ({
      [`drizzle/${tag}/migration.sql`]: sql,
      [`drizzle/${tag}/snapshot.json`]: link,
      [`drizzle/${tag}/down.sql`]: 'select 1',
    })
    project = makeProject({
      ...of('20260101000000_a', users, snapshot('a', '0')),
      ...of('20260102000000_b', posts, snapshot('b', 'a')),
      ...of('20260103000000_c', 'select 1', snapshot('c', 'a')),
    })
    const { code, found } = await findings()
    assert.equal(code, 1)
    assert.ok(
      found.includes(
        'drizzle/20260103000000_c/snapshot.json history has two heads: this ' +
          'snapshot, and 20260102000000_b/snapshot.json',
      ),
      found.join('\n'),
    )
  })
})

test('--format github prints annotations and nothing else', async () => {
  project.delete('drizzle/0001_posts.down.sql').write({ 'drizzle/0002_x.sql': 'select 1' })
  const { code, out } = await run(['--format', 'github'])
  assert.equal(code, 1)
  const lines = out.trim().split('\n')
  assert.ok(
    lines.every(line => /^::(error|warning) file=drizzle/.test(line)),
    out,
  )
  assert.ok(lines.some(line => line.startsWith('::error file=drizzle/0002_x.sql::the journal')))
})

test('without a folder it says so', async () => {
  project.remove()
  project = makeProject({ 'package.json': {} })
  const { code, err } = await run()
  assert.equal(code, 1)
  assert.match(err, /there is no folder of migrations/)
})

describe('with a database', () => {
  let dev
  before(async () => {
    dev = await startEndpoint('pglite')
  })
  after(() => dev?.close())
  beforeEach(() => clear(dev))

  test('what was edited or taken away after it was applied', async () => {
    const env = { DATABASE_URL: dev.databaseUrl }
    assert.equal((await ballast(project, ['migrate'], { env })).code, 0)
    await keep()
    const files = readdirSync(join(project.folder, 'drizzle'))
    assert.equal((await run(['--database'], { env })).code, 0)
    project.write(drizzleFolder({ '0000_users': 'create table users (id bigint primary key);' }))
    project.delete('drizzle/0001_posts.sql').delete('drizzle/0001_posts.down.sql')
    const { code, found } = await findings(['--database'], { env })
    assert.equal(code, 1)
    assert.ok(
      found.includes(
        'drizzle/0000_users.sql 0000_users was edited after the database ' + 'applied it',
      ),
      found.join('\n'),
    )
    assert.ok(
      found.some(line => line.includes('the database has applied 0001_posts')),
      found.join('\n'),
    )
    assert.ok(files.length > 0 && existsSync(join(project.folder, 'drizzle')))
  })

  test('without a URL it says what to set', async () => {
    const { code, err } = await run(['--database'])
    assert.equal(code, 1)
    assert.match(err, /there is no database URL/)
  })
})
