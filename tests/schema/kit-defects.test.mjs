/**
 * What drizzle-kit 0.31 gets wrong. Of its SQL: one change each in one migration of ours, which has
 * to lead where the schema says on an empty database (--prove). And its exit codes: it ends with 0
 * where nothing was done, so that CI goes on.
 */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'

import '../support/elaborator.mjs'
import { workshop } from './workshop.mjs'

let project
afterEach(() => project?.remove())

const head = `import { sql } from 'drizzle-orm'
import { check, index, integer, pgEnum, pgPolicy, pgTable, text } from 'drizzle-orm/pg-core'
`
const before = `${head}
export const mood = pgEnum('mood', ['new'])
export const docs = pgTable('docs', {
  id: integer().primaryKey(), other: integer().notNull(), x: text(), n: text(),
  mood: mood().default('new'),
}, t => [pgPolicy('own', { using: sql\`\${t.x} = 'me'\`, withCheck: sql\`true\` })])
`
const after = `${head}
export const mood = pgEnum('mood', ['new', "it's"])
export const docs = pgTable('docs', {
  id: integer().notNull(), other: integer().primaryKey(), x: text(), n: integer(),
  mood: mood().default("it's"), said: text('say "x"; --'),
}, t => [
  pgPolicy('own', { withCheck: sql\`true\` }),
  pgPolicy('dashed', { using: sql\`\${t.x} <> 'a--b'\` }),
  check('cut', sql\`\${t.x} <> 'a;b'\`),
  index('part').on(t.x).where(sql\`\${t.x} <> 'c;d'\`),
])
`

const begin = (files = {}) => {
  project = workshop(
    {
      'package.json': { type: 'module' },
      'drizzle.config.ts':
        "export default { dialect: 'postgresql', schema: './schema.ts', out: './drizzle' }",
      'schema.ts': before,
      ...files,
    },
    { drizzle: 'drizzle-orm' },
  )
}

test('each is right', async () => {
  begin()
  await project.expect(0, ['generate', '--name', 'init'])
  project.write({ 'schema.ts': after })
  await project.expect(0, ['generate', '--name', 'all', '--prove'])
  const up = project.read('drizzle/0001_all.sql')
  for (const [what, pattern] of Object.entries({
    'a ; in a check': /CHECK \(\(?x <> 'a;b'/,
    'a ; in the predicate of an index': /WHERE \(?x <> 'c;d'/,
    'a -- in a policy': /CREATE POLICY dashed [^;]*USING \(\(?x <> 'a--b'/,
    "an enum's value with a quote": /ADD VALUE 'it''s'/,
    'a name with quotes': /ADD COLUMN "say ""x""; --" text/,
    'a policy that loses its USING is made anew':
      /DROP POLICY own [^]*CREATE POLICY own ON public\.docs\n +WITH CHECK \(true\);/,
    'a primary key that moves': /DROP CONSTRAINT docs_pkey[^]*PRIMARY KEY/,
    'a text that becomes an integer': /ALTER COLUMN n TYPE integer USING n::integer/,
    'a default that is a new value, once that is committed':
      /ADD VALUE 'it''s'[^]*-- ballast:commit[^]*SET DEFAULT 'it''s'/,
  })) {
    assert.match(up, pattern, what)
  }
  assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
})

describe('what was not done is no success, says why, and leaves no trace', () => {
  async function fails(code, args, says, env = {}) {
    const all = project.all()
    const { err } = await project.expect(code, args, env)
    assert.match(err, says)
    assert.deepEqual(project.all(), all)
  }

  test('no database, a question and nobody there, a fork of history', async () => {
    begin()
    await project.expect(0, ['generate', '--name', 'init'])
    const env = { DATABASE_URL: 'postgresql://me:hunter2/x@127.0.0.1:1/app' }
    for (const args of [['push'], ['pull', '--out', 'new.ts'], ['migrate']]) {
      await fails(1, args, /BN003: .*user:password@host\/database\n.*write .* \/ as %2F/, env)
    }
    project.write({ 'schema.ts': before.replace('x: text(), n: text()', 'x: text(), m: text()') })
    await fails(2, ['generate'], /docs\.m new, or is it public\.docs\.n .*\n.*--answers/)
    await project.expect(0, ['generate', '--custom', '--name', 'one'])
    const snapshot = JSON.parse(project.read('drizzle/meta/0001_snapshot.json'))
    const { entries, ...journal } = JSON.parse(project.read('drizzle/meta/_journal.json'))
    const two = { ...entries[1], idx: 2, when: entries[1].when + 1, tag: '0002_two' }
    project.write({
      'drizzle/0002_two.sql': 'select 2;',
      'drizzle/meta/0002_snapshot.json': { ...snapshot, id: 'b' },
      'drizzle/meta/_journal.json': { ...journal, entries: [...entries, two] },
    })
    await fails(1, ['generate'], /follows the same one as meta\/0001_snapshot[^]*`ballast rebase`/)
  })

  test('a schema that throws, ends the process, never comes to its end, or is none', async () => {
    begin()
    for (const [text, says] of [
      ["throw 'no'", /^schema\.ts: error: it throws no$/m],
      ['process.exit(0)', /^schema\.ts:\d+:9: error: .*process\.exit\(0\)$/m],
      ['await new Promise(() => {})', /ended before it was done\n.*waits for what never comes/],
      ["export const two = pgTable('docs', {})", /^schema\.ts: error 42P07: table "docs": rel/m],
    ]) {
      project.write({ 'schema.ts': `${before}\n${text}` })
      await fails(1, ['generate'], says)
    }
  })
})

test('what a schema prints is no result, and what it holds open holds nothing up', async () => {
  begin({ 'schema.ts': "setInterval(() => {}, 1000)\nconsole.log('hello')" })
  const { events } = await project.expect(0, ['generate', '--json'])
  assert.deepEqual(events.map(({ event }) => event), ['warning', 'done'])
  assert.match(events[0].message, /^the schema has nothing in it/)
})
