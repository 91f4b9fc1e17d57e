/** Every answer of the example Worker that is not a success. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { oneRow, send, sqlError, startFake } from '../support/fake.mjs'
import { jsonClient } from '../support/worker.mjs'
import { startWorker } from '../support/miniflare.mjs'

const json = { 'content-type': 'application/json' }
const email = 'a@example.com'

describe('a request that the Worker refuses', () => {
  let fake, worker

  before(async () => {
    fake = await startFake((request, response) => send(response, 200, oneRow({ user_id: 'a' })))
    const bindings = { DATABASE_URL: fake.databaseUrl }
    worker = await startWorker({ entry: 'worker/src/index.ts', bindings })
  })

  after(async () => {
    await worker?.dispose()
    await fake?.close()
  })

  const post = body => ({ method: 'POST', headers: json, body })
  const cases = [
    ['no such path', '/nothing', {}, 404, 'not-found', /GET \//],
    [
      'a method that a path does not take',
      '/users',
      { method: 'PUT' },
      405,
      'method-not-allowed',
      /PUT/,
    ],
    ['a method on one user', '/users/a', { method: 'POST' }, 405, 'method-not-allowed', /POST/],
    ['a method on the search', '/search', {}, 405, 'method-not-allowed', /GET/],
    [
      'a body of another type',
      '/users',
      { method: 'POST', body: 'x' },
      415,
      'unsupported-media-type',
      /json/,
    ],
    ['a body that is not JSON', '/users', post('{"email":'), 400, 'bad-json', /JSON/],
    ['an empty body', '/users', post(''), 400, 'bad-json', /JSON/],
    ['a body that is no object', '/users', post('[]'), 400, 'bad-input', /object/],
    ['no email', '/users', post('{}'), 400, 'bad-input', /^email: /],
    ['an email that is none', '/users', post('{"email":"x"}'), 400, 'bad-input', /^email: /],
    [
      'a member that is not known',
      '/users',
      post(`{"email":"${email}","admin":true}`),
      400,
      'bad-input',
      /admin/,
    ],
    [
      'an empty id',
      '/users',
      post(`{"email":"${email}","user_id":""}`),
      400,
      'bad-input',
      /^user_id: /,
    ],
    [
      'the null character',
      '/users',
      post(`{"email":"${email}","user_id":"a\\u0000"}`),
      400,
      'bad-input',
      /null/,
    ],
    [
      'metadata that is no object',
      '/users',
      post(`{"email":"${email}","metadata":[1]}`),
      400,
      'bad-input',
      /^metadata: /,
    ],
    [
      'a change of nothing',
      '/users/a',
      { ...post('{}'), method: 'PATCH' },
      400,
      'bad-input',
      /nothing to change/,
    ],
    ['a limit of nought', '/users?limit=0', {}, 400, 'bad-input', /^\?limit: /],
    ['a limit that is no number', '/users?limit=all', {}, 400, 'bad-input', /^\?limit: /],
    ['a limit past the largest', '/documents?limit=101', {}, 400, 'bad-input', /^\?limit: /],
    ['a key that is no id', '/documents?after=x', {}, 400, 'bad-input', /^\?after: /],
    ['a parameter that is not known', '/users?page=2', {}, 400, 'bad-input', /page/],
    [
      'a body past the limit',
      '/users',
      post(`{"email":"${'x'.repeat(70_000)}"}`),
      413,
      'too-large',
      /65536/,
    ],
  ]

  for (const [name, path, init, status, code, message] of cases) {
    it(`${status}: ${name}`, async () => {
      const before = fake.seen.requests
      const response = await worker.fetch(path, init)
      const { error } = await response.json()
      assert.deepEqual([response.status, error.code], [status, code])
      assert.match(error.message, message)
      assert.equal(fake.seen.requests, before, 'the database was not asked')
      if (status === 405) assert.match(response.headers.get('allow'), /^[A-Z, ]+$/)
    })
  }

  it('lists its routes', async () => {
    const { routes } = await (await worker.fetch('/')).json()
    assert.deepEqual(routes['/users'], ['GET', 'POST'])
  })
})

describe('a database that fails', () => {
  let fake, worker, call, answer

  before(async () => {
    fake = await startFake((request, response) => answer(response))
    const bindings = { DATABASE_URL: fake.databaseUrl }
    worker = await startWorker({ entry: 'worker/src/index.ts', bindings })
    call = jsonClient(worker)
  })

  after(async () => {
    await worker?.dispose()
    await fake?.close()
  })

  const failures = [
    [
      'a missing table',
      r => send(r, 400, sqlError('42P01', 'relation "users" does not exist')),
      502,
      '42P01',
    ],
    [
      'too many connections',
      r => send(r, 500, sqlError('53300', 'too many connections')),
      503,
      '53300',
    ],
    ['a shutdown', r => send(r, 400, sqlError('57P01', 'terminating connection')), 503, '57P01'],
    ['a page of a gateway', r => send(r, 502, '<html>Bad gateway</html>'), 503, /^BH/],
    ['a connection that is cut', r => r.destroy(), 503, /^BH/],
    [
      'a reply that is cut',
      r => {
        send(r, 200, '{"fields":[')
      },
      502,
      /^BC/,
    ],
    ['a reply that is none', r => send(r, 200, '[]'), 502, /^BC/],
    ['an empty reply', r => send(r, 200, ''), 502, /^BC/],
  ]

  for (const [name, reply, status, sqlstate] of failures) {
    it(`${status}: ${name}`, async () => {
      answer = reply
      const { status: got, body, headers } = await call('GET', '/users/a')
      const text = JSON.stringify(body)
      assert.equal(got, status, text)
      if (sqlstate instanceof RegExp) assert.match(body.error.sqlstate, sqlstate)
      else assert.equal(body.error.sqlstate, sqlstate)
      if (status === 503) assert.equal(headers.get('retry-after'), '1')
      if (!name.includes('connection that')) assert.equal(body.error.requestId, 'request-42')
      for (const secret of ['s3cret-pass', 'postgresql://', 'relation "users"']) {
        assert.ok(!text.includes(secret), text)
      }
      assert.ok(!worker.logs.join('').includes('s3cret-pass'), 'nor is a secret in the log')
    })
  }

  it('500: no DATABASE_URL, or one that cannot be used', async t => {
    for (const url of ['', 'mysql://user:s3cret-pass@db.example/x']) {
      const bare = await startWorker({
        entry: 'worker/src/index.ts',
        bindings: { DATABASE_URL: url },
      })
      t.after(() => bare.dispose())
      const response = await bare.fetch('/users')
      const text = await response.text()
      assert.equal(response.status, 500, text)
      assert.match(text, /not-configured/)
      assert.ok(!text.includes('s3cret-pass'))
    }
  })
})
