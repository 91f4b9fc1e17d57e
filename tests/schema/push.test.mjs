// `ballast push`: a database becomes what the schema says, and nothing is lost unasked.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import '../support/elaborator.mjs'
import { clear, onBoth, rows } from '../support/endpoint.mjs'
import { users, workshop } from './workshop.mjs'

let project
afterEach(() => project?.remove())

onBoth('push', dev => {
  beforeEach(() => clear(dev()))
  const begin = (files = {}) => {
    project = workshop(
      { 'schema.sql': users, ...files },
      { env: { DATABASE_URL: dev().databaseUrl } },
    )
    return project
  }
  const columns = async () =>
    (
      await rows(
        dev(),
        `select column_name from information_schema.columns
         where table_schema = 'public' and table_name = 'users' order by 1`,
      )
    ).flat()

  test('makes everything, then has nothing to do', async () => {
    begin()
    assert.match((await project.expect(0, ['push'])).out, /CREATE TABLE public\.users[^]*Ran \d/)
    assert.match((await project.expect(0, ['push'])).out, /Nothing to do/)
    assert.deepEqual(Object.keys(project.all()), ['schema.sql'])
    // Nobody works on a database that is pushed to: the plain forms do.
    project.write({ 'schema.sql': `${users}create index by_time on users (created_at);` })
    const { out } = await project.expect(0, ['push'])
    assert.doesNotMatch(out, /CONCURRENTLY/)
    assert.match(
      (await project.expect(0, ['drift', '--against', 'schema'])).out,
      /as schema\.sql has it/,
    )
  })

  test('--dry-run changes nothing', async () => {
    begin()
    const { out, err } = await project.expect(0, ['push', '--dry-run'])
    assert.match(out, /CREATE TABLE/)
    assert.match(err, /Nothing was run/)
    assert.deepEqual(await columns(), [])
  })

  test('what deletes data is refused until it is allowed by name', async () => {
    begin()
    await project.expect(0, ['push'])
    await rows(dev(), "insert into users (user_id, email, metadata) values ('a', 'a@b', '{}')")
    project.write({ 'schema.sql': users.replace(',\n  metadata jsonb', '') })
    for (const args of [
      ['push', '--json'],
      ['push', '--json', '--yes'],
    ]) {
      const { events } = await project.expect(2, args)
      const { answer, deletes } = events.at(-1)
      assert.equal(answer, '--allow deletes-data')
      assert.deepEqual(deletes, ['column public.users.metadata'])
    }
    assert.equal((await columns()).length, 4)
    assert.match(
      (await project.expect(1, ['push', '--allow', 'everything'])).err,
      /--allow takes deletes-data/,
    )
    await project.expect(0, ['push', '--allow', 'deletes-data'])
    assert.equal((await columns()).length, 3)
    assert.deepEqual(await rows(dev(), 'select user_id from users'), [['a']])
  })

  test('a rename is asked, and keeps the values', async () => {
    begin()
    await project.expect(0, ['push'])
    await rows(dev(), "insert into users (user_id, email) values ('a', 'a@b')")
    project.write({ 'schema.sql': users.replace('email', 'mail') })
    const { events } = await project.expect(2, ['push', '--json'])
    const { questions } = events.at(-1)
    assert.equal(questions[0].kind, 'column')
    await project.expect(0, ['push', '--answers', JSON.stringify(questions)])
    assert.deepEqual(await rows(dev(), 'select mail from users'), [['a@b']])
  })

  test('a part that fails leaves no half of itself', async () => {
    begin()
    await project.expect(0, ['push'])
    await rows(dev(), "insert into users (user_id, email) values ('a', 'a@b'), ('b', 'b@b')")
    project.write({
      'schema.sql': `${users}create table t (id int); alter table users add check (email = 'a@b');`,
    })
    const { err } = await project.expect(1, ['push'])
    assert.match(err, /23514/)
    assert.match(err, /Nothing was changed/)
    assert.deepEqual(await rows(dev(), "select to_regclass('public.t')"), [[null]])
  })
})

test('no database, and one that does not answer', async () => {
  project = workshop({ 'schema.sql': users })
  assert.match((await project.expect(1, ['push'])).err, /there is no database URL/)
  const secret = 'verysecretword'
  const env = { DATABASE_URL: `postgresql://me:${secret}@127.0.0.1:1/db` }
  const { err, out } = await project.expect(1, ['push'], env)
  assert.doesNotMatch(err + out, new RegExp(secret))
})
