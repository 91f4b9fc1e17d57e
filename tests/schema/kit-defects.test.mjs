/**
 * What drizzle-kit 0.31 gets wrong, one change each, in one migration of ours, which has to lead
 * where the schema says on an empty database (--prove).
 */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'

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
