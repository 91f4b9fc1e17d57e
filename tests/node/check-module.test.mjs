// The checker's module behind the client: `ballast check` makes the schema, the client refuses.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { BallastError, neon, neonConfig } from 'ballast'
import { checker } from 'ballast/check'
import { queryHash, verified } from 'ballast/verified'
import { drizzle } from 'ballast/drizzle'
import { sql as raw } from 'drizzle-orm'
import { workshop } from '../schema/workshop.mjs'
import { stepper } from '../support/frames.mjs'
import { importInternal } from '../support/internal.mjs'
import { openModule } from '../support/module.mjs'
import { top } from '../support/source.mjs'
import { URL_OF_TESTS, reply, result, stub } from '../support/wire.mjs'

const tables = `
create type mood as enum ('sad', 'ok');
create table users (
  id bigint primary key generated always as identity,
  email text not null unique,
  mood mood,
  meta jsonb,
  tags text[] not null default '{}',
  seen timestamptz
);
create function touch(id bigint) returns void language sql as 'select null::void';
`

let project
let schema
let check

before(async () => {
  project = workshop({ 'migrations/0000_users.sql': tables })
  await project.expect(0, ['types'])
  ;({ schema } = await import(pathToFileURL(project.path('ballast/schema.js')).href))
  check = checker(schema)
})
after(() => project?.remove())

const row = result([['id', 20]], [['1']])
const journal = ({ body }) => /ballast\.journal/.test(body.query ?? '')

let databases = 0
function client(t, options = {}, answer = () => reply(row)) {
  const events = []
  const sent = stub(t, neonConfig, answer)
  const url = URL_OF_TESTS.replace('/main', `/module${databases++}`)
  const onEvent = event => events.push(event)
  return { events, sent, sql: neon(url, { check, onViolation: 'reject', onEvent, ...options }) }
}

describe('a query that is wrong', () => {
  test('is refused in the words of PostgreSQL', async t => {
    const { sql, sent, events } = client(t)
    await assert.rejects(async () => sql`select emial from users`, error => {
      assert.ok(error instanceof BallastError)
      const { code, message, position, hint, fate, attempts } = error
      assert.deepEqual({ code, message, position, hint, fate, attempts }, {
        code: '42703',
        message: 'column "emial" does not exist',
        position: '8',
        hint: 'Perhaps you meant to reference the column "users.email".',
        fate: 'refused',
        attempts: 0,
      })
      return true
    })
    assert.equal(sent.length, 0)
    assert.deepEqual([events[0].verdict, events[0].code, events[0].fate],
      ['error', '42703', 'refused'])
  })

  for (const [query, code] of [
    ['select 1 +', '42601'], ['select * from nowhere', '42P01'], ['select nofn(1)', '42883'],
    ['insert into users (email) values (1, 2)', '42601'],
    ['select max(max(id)) from users', '42803'],
    ["select id from users where mood = 'angry'", '22P02'],
    ['select u.id from users u join users v on true where email is null', '42702'],
    ["select '{' :: jsonb", '22P02'], ['', undefined],
  ]) {
    test(`${query === '' ? 'nothing at all' : query}: ${code ?? 'not refused'}`, async t => {
      const { sql } = client(t)
      const failed = sql.query(query).then(() => undefined, error => error.code)
      assert.equal(await failed, code)
    })
  }

  test('has a suggestion of ours in a field of its own', async t => {
    const { sql } = client(t)
    const error = await sql`select * from usres`.catch(thrown => thrown)
    assert.equal(error.message, 'relation "usres" does not exist')
    assert.match(error.suggestion ?? '', /users/)
    assert.equal(error.hint, undefined)
  })

  test('by itself is refused only where the database has the schema', async t => {
    const states = [['0000_users', 'applied', 't']]
    const columns = [['tag', 25], ['kind', 25], ['whole', 16]]
    const at = request => reply(journal(request) ? result(columns, states) : row)
    const known = client(t, { onViolation: undefined }, at)
    await assert.rejects(async () => known.sql`select emial from users`, { code: '42703' })
    states.push(['0001_more', 'applied', 't'])
    const other = client(t, { onViolation: undefined }, at)
    await other.sql`select emial from users`
    assert.equal(other.events.at(-1).reports[0].code, '42703')
    assert.equal(other.events.at(-1).reports[0].position, 8)
  })
})

describe('values', () => {
  for (const [what, query, value, code] of [
    ['a word for a number', 'select 1 from users where id = $1', 'one', '22P02'],
    ['a word that is no label', 'select 1 from users where mood = $1', 'angry', '22P02'],
    ['a text that is no JSON', 'update users set meta = $1', '{', '22P02'],
    ['a day that is none', 'select 1 from users where seen > $1', '2024-02-30', '22008'],
    ['an array that is none', 'update users set tags = $1', '{', '22P02'],
    ['a date that is none', 'select 1 from users where seen > $1', new Date(NaN), '22007'],
    ['an object for a number', 'select 1 from users where id = $1', { a: 1 }, '22P02'],
  ]) {
    test(`${what}: ${code}`, async t => {
      const { sql, sent } = client(t)
      await assert.rejects(sql.query(query, [value]), error => {
        assert.deepEqual([error.code, error.parameter], [code, 1], error.message)
        assert.match(error.message, /^parameter \$1, of type [\w ]+(\[\])?: /)
        return true
      })
      assert.equal(sent.length, 0)
    })
  }

  test('that are right go as they are wanted', async t => {
    const { sql, sent } = client(t)
    await sql`insert into users (email, mood, meta, tags) values
      (${'a'}, ${'ok'}, ${[1]}, ${['x', 'y']})`
    assert.deepEqual(sent[0].body.params, ['a', 'ok', '[1]', '{"x","y"}'])
    await sql`select id from users where id = any(${[1, 2n]}) and seen < ${new Date(0)}`
    assert.deepEqual(sent[1].body.params[0], '{"1","2"}')
  })
})

test('what is taken for right without a look is right', async t => {
  // Values on the edges of what the client judges by itself: the module agrees with each.
  const edges = {
    uuid: ['b0e8d3b2-0b8e-4b52-8f2a-6a4a4a2d9d11', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    smallint: ['-9999', '0000'], integer: ['-999999999', '007'],
    bigint: ['-999999999999999999', '0'],
    numeric: ['-1.5', `${'9'.repeat(30)}.${'9'.repeat(30)}`],
    real: [`0.${'0'.repeat(29)}1`, '9'.repeat(30)], 'double precision': ['-0.0', '1'],
    boolean: ['true', 'false', 't', 'f'],
    date: ['0001-01-01', '9999-12-28', '2024-02-28T23:59:59.999999+14:59'],
    'timestamp without time zone': ['2024-02-28 00:00:00', '0001-01-01T00:00:00Z'],
    'timestamp with time zone': ['2024-02-28T00:00:00.1-00', '2024-01-01'],
    'integer[]': ['{"1","-2147483648","2147483647"}'], 'text[]': ['{"a","\\"","{"}'],
    'double precision[]': ['{"NaN","Infinity","1e+300"}', '{NaN,-Infinity}'],
  }
  for (const [type, texts] of Object.entries(edges)) {
    for (const text of texts) assert.equal(check.value(type, text), undefined, `${type} ${text}`)
  }
})

test('what writes nothing is sent again, what may write is not', async t => {
  let n = 0
  const lost = () => {
    if (n++ === 0) throw new TypeError('socket hang up')
    return reply(row)
  }
  const options = { retry: { attempts: 2, baseMs: 1 } }
  const run = async query => {
    n = 0
    const { sql, sent } = client(t, options, lost)
    await sql.query(query).catch(() => {})
    return sent.length
  }
  assert.equal(await run('select id from users'), 2)
  assert.equal(await run('with x as (delete from users returning id) select id from x'), 1)
  assert.equal(await run("select nextval('users_id_seq')"), 1)
  assert.equal(await run('select touch(1)'), 1, 'nobody knows what a function does')
  assert.equal(await run('select id from users for update'), 1)
})

test('the journal of migrations is no part of the schema, and may be asked', async t => {
  const { sql, events } = client(t)
  await sql`select tag from ballast.journal`
  await sql`select * from drizzle.__drizzle_migrations`
  assert.deepEqual(events.map(({ verdict }) => verdict), ['notChecked', 'notChecked'])
  const { sql: expecting } = client(t, { expect: '0000_users' })
  await expecting`select id from users`
})

test('a list in front of it, as far as it is for the same schema', async t => {
  // The list says of a wrong query that it is right, so that it shows who was asked.
  const list = hash => ({
    version: 1, postgres: 17, migration: null, schema: hash, types: [],
    queries: { [queryHash('select nope')]: [1, [], []] },
  })
  assert.equal(check.with(verified(list(schema.hash))).check('select nope').verdict, 'ok')
  assert.equal(check.with(verified(list('other'))).check('select nope').verdict, 'error')
  const { sql } = client(t, { check: check.with(verified(list(schema.hash))) })
  await assert.rejects(async () => sql`select nope2`, { code: '42703' })
})

test('Drizzle goes through it like everybody else', async t => {
  stub(t, neonConfig, () => reply(row))
  const db = drizzle(neon(URL_OF_TESTS, { check, onViolation: 'reject' }))
  await db.execute(raw`select id from users where id = ${1}`)
  const error = await db.execute(raw`select emial from users`).catch(thrown => thrown)
  assert.equal((error.cause ?? error).code, '42703')
})

test('a schema that cannot be read says so where it is given', () => {
  assert.throws(() => checker({ ...schema, version: 2 }), { code: 'BQ001' })
  assert.throws(() => checker({ ...schema, text: 'nonsense' }), { code: 'BQ001' })
  assert.throws(() => checker(undefined), { code: 'BQ001' })
})

test('a thousand queries more leave the memory as it was', () => {
  const exports = openModule(join(top, 'build/wasm/ballast-check.wasm'))
  const module = stepper(exports)
  const { searchPath = ['public'], postgres, text } = schema
  const task = module.start({ checker: { searchPath, postgres } })
  module.step(task, '{"start":{}}', text)
  // Of every kind: right and wrong, short and long, with what makes the parser take most.
  const queryOf = n => [
    `select id, email from users where id = $1 limit ${n}`,
    `select emial_${n} from users`,
    `with x as (select ${n} as n) select * from x join users u on u.id = x.n order by u.email`,
    `insert into users (email) values ${Array(50).fill(`('a${n}')`).join(', ')} returning id`,
    `select ${'('.repeat(200)}${n}${')'.repeat(200)}`,
    `select '${'x'.repeat(5000)}${n}'`,
  ][n % 6]
  const sizeAfter = (from, to) => {
    for (let n = from; n < to; n++) module.step(task, '{"check":{}}', queryOf(n))
    return exports.memory.buffer.byteLength
  }
  const first = sizeAfter(0, 100)
  assert.equal(sizeAfter(100, 1100), first)
  assert.ok(first < 8 * 1024 * 1024, `${first} bytes`)
})

test('a failed check ends the instance, and not what waits for it', async () => {
  const { ModuleJudge } = await importInternal('check/module.ts')
  let opened = 0
  const open = () => {
    opened++
    const instance = {
      isSpent: false,
      start: () => 1,
      step(_, head, body) {
        if (head === '{"start":{}}') return { head: { done: { postgres: 17 } } }
        if (new TextDecoder().decode(body) === 'trap') {
          instance.isSpent = true
          throw new Error('unreachable')
        }
        return { head: { done: { verdict: 'ok' } } }
      },
    }
    return instance
  }
  const judge = new ModuleJudge(open, schema)
  assert.equal(judge.check('select 1').verdict, 'ok')
  assert.equal(judge.check('trap').verdict, 'notChecked')
  assert.equal(judge.check('select 1').verdict, 'ok')
  assert.equal(opened, 2)
})
