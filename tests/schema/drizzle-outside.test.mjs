// Roles, policies and filters of a Drizzle schema, and stand-ins for what it leaves to others.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTranslation, versions } from '../support/drizzle.mjs'

let translation
let catalog

before(async () => {
  translation = await startTranslation()
  catalog = translation.catalog
})

after(() => translation?.close())

const translate = (...args) => translation.translate(...args)
const load = (...args) => translation.load(...args)

const onBoth = (name, run) =>
  describe(name, () => {
    for (const version of Object.keys(versions)) test(version, () => run(version))
  })

onBoth('roles and policies, and what exists elsewhere', async version => {
  const { outside, notes } = await load(
    version,
    `
    export const owner = pgRole('own"er', { createDb: true, createRole: true, inherit: false })
    export const platform = pgRole('platform').existing()
    export const teams = pgTable('teams', { id: integer().primaryKey(), name: text() }, t => [
      pgPolicy('both', { to: [platform, owner, 'current_user'],
        using: sql\`exists (select 1 from \${members} m where m.team = \${t.id})\` }),
    ])
    export const members = pgTable('members', { id: integer(), team: integer() })
    export const locked =
      ${version === '0.45' ? 'pgTable' : 'pgTable.withRLS'}('locked', { id: integer() })
      ${version === '0.45' ? '.enableRLS()' : ''}
    export const later = pgPolicy('later', { for: 'insert', to: 'named',
      withCheck: sql\`true\` }).link(members)
    const cloud = pgSchema('cloud').table('users', { id: pg.uuid().primaryKey(),
      kind: pgEnum('kind', ['a'])() })
    export const profile = pgTable('profile', { id: pg.uuid().references(() => cloud.id) })
    export const theirs = pgPolicy('theirs', { using: sql\`\${cloud.kind} = 'a'\` }).link(cloud)
    export const lost = pgPolicy('lost')`,
  )
  assert.deepEqual(outside, [
    { kind: 'schema', name: 'cloud' },
    { kind: 'role', name: 'platform' },
    { kind: 'role', name: 'named' },
    { kind: 'type', schema: undefined, name: 'kind' },
    { kind: 'table', schema: 'cloud', name: 'users' },
  ])
  assert.deepEqual(notes, ['policy "lost" is on no table, and was left out: .link() says which.'])
  assert.deepEqual(
    await catalog.rows(
      `select rolcreatedb, rolcreaterole, rolinherit from pg_roles where rolname = 'own"er'`,
    ),
    [{ rolcreatedb: true, rolcreaterole: true, rolinherit: false }],
  )
  const policies = await catalog.rows(
    'select policyname, tablename, cmd, roles, qual from pg_policies order by policyname',
  )
  assert.deepEqual(
    policies.map(({ policyname, tablename, cmd }) => [policyname, tablename, cmd]),
    [
      ['both', 'teams', 'ALL'],
      ['later', 'members', 'INSERT'],
      ['theirs', 'users', 'ALL'],
    ],
  )
  assert.match(policies[0].qual, /m\.team = teams\.id/)
  const secured = await catalog.rows(
    `select relname from pg_class where relrowsecurity order by relname`,
  )
  assert.deepEqual(
    secured.map(({ relname }) => relname),
    ['locked', 'members', 'teams'],
  )
})

onBoth('a schema for Neon, by what drizzle-orm has for it', async version => {
  const { outside } = await load(
    version,
    `
    import { authenticatedRole, crudPolicy, authUid, usersSync } from 'drizzle-orm/neon'
    export const notes = pgTable('notes', { id: integer(),
      owner: text().references(() => usersSync.id) }, t => [
      crudPolicy({ role: authenticatedRole, read: authUid(t.owner), modify: authUid(t.owner) }) ])`,
  )
  assert.deepEqual(
    outside.map(({ kind, schema, name }) => [kind, schema, name]),
    [
      ['schema', undefined, 'neon_auth'],
      ['schema', undefined, 'auth'],
      ['role', undefined, 'authenticated'],
      ['table', 'neon_auth', 'users_sync'],
      ['function', 'auth', 'user_id'],
    ],
  )
  const policies = await catalog.rows('select * from pg_policies order by policyname')
  assert.equal(policies.length, 4)
  assert.deepEqual(policies[0].roles, ['authenticated'])
  assert.match(policies[3].qual, /auth\.user_id\(\).*= notes\.owner/)
})

test('extensions that are not here, and what their values look like', async () => {
  for (const version of Object.keys(versions)) {
    const { sql } = await translate(
      version,
      `export const places = pgTable('places', {
        spot: pg.geometry({ type: 'point', mode: 'xy', srid: 4326 }).default({ x: 1, y: 2 }),
        spots: pg.geometry({ type: 'point', mode: 'tuple' }).array().default([[1, 2], [3, 4]]),
        name: text(), folded: pg.customType({ dataType: () => 'citext' })(),
        mine: pg.customType({ dataType: () => 'MyType' })(),
      }, t => [index('trigrams').using('gin', t.name.op('gin_trgm_ops'))])`,
    )
    for (const name of ['postgis', 'citext', 'pg_trgm']) {
      assert.ok(sql.includes(`create extension if not exists "${name}";`), sql)
    }
    assert.match(sql, /"spot" geometry\(point(,4326)?\) default 'point\(1 2\)'/)
    assert.match(sql, /"spots" geometry\(point\)\[\] default '\{"point\(1 2\)":"point\(3 4\)"\}'/)
    // Only before 1.0 did drizzle-kit keep the capitals.
    assert.ok(sql.includes(version === '0.45' ? '"mine" "MyType"' : '"mine" MyType'), sql)
  }
})

test('a schema that is declared to exist', async () => {
  const { outside } = await load(
    '1.0',
    `
    export const theirs = pgSchema('theirs').existing()
    export const ours = theirs.table('ours', { id: integer() })`,
  )
  assert.deepEqual(outside, [{ kind: 'schema', name: 'theirs' }])
  assert.equal(await catalog.value(`select to_regclass('theirs.ours')::text`), 'theirs.ours')
})

onBoth('filters', async version => {
  const { sql, outside } = await load(
    version,
    `
    export const app = pgSchema('app')
    export const mood = app.enum('mood', ['a'])
    export const inner = app.table('inner', { id: integer().primaryKey() })
    export const app_old = pgTable('app_old', { id: integer().primaryKey() })
    export const app_new = pgTable('app_new', { id: integer().references(() => app_old.id) })
    export const policy = pgPolicy('p').link(app_old)`,
    { tablesFilter: ['app_*', '!app_old'], schemaFilter: ['public'] },
  )
  assert.doesNotMatch(sql, /policy|schema|mood|inner/)
  assert.deepEqual(outside, [{ kind: 'table', schema: undefined, name: 'app_old' }])
  assert.equal(
    await catalog.value(`select count(*)::int from pg_constraint where contype = 'f'`),
    1,
  )
})
