// `--via`: what is sent to an endpoint, and what is made of each answer that may come.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { ballast, drizzleFolder, makeProject, startBallast } from '../support/command.mjs'

const token = 'token-topsecret-1'
const env = { BALLAST_MIGRATE_TOKEN: token }
const summary = {
  applied: [], others: [], undone: [], adopted: [], baselined: [], renamed: [], pending: [],
  more: false, running: null, head: null, requests: 2,
}
const plan = { event: 'plan', pending: ['0000_one'], applied: 0, unknown: [] }

let project
let server
let url
// Each request takes the next answer: `(request, response) => void`; what came is kept.
let answers
let requests

before(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    requests.push({ method: request.method, url: request.url, headers: request.headers, body })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    answer(response)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${server.address().port}/ballast/migrate`
})
after(() => new Promise(resolve => server.close(resolve).closeAllConnections()))
beforeEach(() => {
  answers = []
  requests = []
  project = makeProject(drizzleFolder({ '0000_one': 'create table one (id int);' }))
})
afterEach(() => project.remove())

function events(...list) {
  return response => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.end(['', ...list.map(event => JSON.stringify(event))].join('\n') + '\n')
  }
}

function json(status, value, headers = {}) {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(value))
  }
}

const migrate = (more = [], options = {}) =>
  ballast(project, ['migrate', '--via', url, '--environment', 'test', ...more], {
    ...options,
    env: { ...env, ...options.env },
  })

describe('what is sent', () => {
  test('the action, the environment, the hash of the folder, and the token', async () => {
    answers = [events(plan, { event: 'done', ...summary, applied: ['0000_one'] })]
    const { code, out, err } = await migrate()
    assert.deepEqual([code, err], [0, '1 migration to apply.\n'])
    assert.match(out, /^Applied 1 migration in .*: 0000_one\n$/)
    const [{ method, headers, body }] = requests
    assert.equal(method, 'POST')
    assert.equal(headers.authorization, `Bearer ${token}`)
    const sent = JSON.parse(body)
    assert.match(sent.bundle, /^[0-9a-f]{64}$/)
    assert.deepEqual({ ...sent, bundle: '' }, { action: 'apply', environment: 'test', bundle: '' })
  })
  test('the address and the environment of the configuration', async () => {
    project.write({ 'ballast.config.json': { endpoint: url, environment: 'staging' } })
    answers = [events({ event: 'done', ...summary })]
    const { code, out } = await ballast(project, ['migrate', '--allow-missing'], { env })
    assert.deepEqual([code, out], [0, 'Nothing to do: 1 migration is applied.\n'])
    const { environment, allowMissing } = JSON.parse(requests[0].body)
    assert.deepEqual([environment, allowMissing], ['staging', true])
  })
  test('the token of .dev.vars', async () => {
    project.write({ '.dev.vars': `BALLAST_MIGRATE_TOKEN="${token}"\n` })
    answers = [events({ event: 'done', ...summary })]
    const { code } = await migrate([], { env: { BALLAST_MIGRATE_TOKEN: '' } })
    assert.equal(code, 0)
    assert.equal(requests[0].headers.authorization, `Bearer ${token}`)
  })
  test('status asks by GET', async () => {
    answers = [
      json(200, {
        journal: true, environment: 'test', applied: [], pending: ['0000_one'], edited: [],
        missing: [], renamed: [], partial: [], running: [], head: null, server: 170005, bundle: 'x',
        role: { name: 'm', lockTimeout: '3s', statementTimeout: '0',
          idleInTransactionSessionTimeout: '0' },
        expect: false,
      }),
    ]
    const args = ['status', '--via', url, '--expect', '0000_one']
    const { code, out, err } = await ballast(project, args, { env })
    assert.equal(requests[0].method, 'GET')
    assert.equal(requests[0].url, '/ballast/migrate?expect=0000_one')
    assert.equal(code, 1)
    assert.match(out, /^environment test, PostgreSQL 17\.5, role m\n {2}pending {2}0000_one\n/)
    assert.match(err, /warning: the Worker was deployed with another state of the folder/)
    assert.match(err, /0000_one is not applied, and was expected to be/)
  })
})

describe('calls', () => {
  test('go on while there is more', async () => {
    answers = [
      events(
        plan,
        { event: 'applied', tag: '0000_one', segment: 0, segments: 1, ms: 5 },
        { event: 'done', ...summary, applied: ['0000_one'], pending: ['x'], more: true },
      ),
      events(plan, { event: 'done', ...summary, applied: ['x'], others: ['y'] }),
    ]
    const { code, events: told } = await migrate(['--json'])
    assert.equal(code, 0)
    assert.equal(requests.length, 2)
    assert.deepEqual(told.map(({ event }) => event), ['plan', 'applied', 'done'])
    const { applied, others, requests: sent } = told.at(-1)
    assert.deepEqual([applied, others, sent], [['0000_one', 'x'], ['y'], 4])
  })
  test('are made again when one breaks off', async () => {
    answers = [
      response => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        response.write(`${JSON.stringify(plan)}\n`, () => response.destroy())
      },
      events({ event: 'done', ...summary, applied: ['0000_one'] }),
    ]
    const { code, err } = await migrate()
    assert.equal(code, 0)
    assert.equal(requests.length, 2)
    assert.match(err, /A request did not go through; trying again in 1\.0 s, attempt 2\./)
  })
  test('wait as long as a Worker that is too busy says', async () => {
    answers = [
      response => response.writeHead(503, { 'retry-after': '1' }).end('busy'),
      events({ event: 'done', ...summary }),
    ]
    assert.equal((await migrate()).code, 0)
    assert.equal(requests.length, 2)
  })
})

describe('answers that end it', () => {
  test('a stale bundle', async () => {
    const message = 'This deployment carries another bundle than the caller expects.'
    answers = [json(409, { error: { code: 'BM002', message } })]
    const { code, err } = await migrate()
    assert.equal(code, 1)
    assert.equal(
      err,
      `ballast: error BM002: ${message}\n  Or check out the commit that is deployed.\n`,
    )
  })
  test('a wrong token', async () => {
    const message = 'The token is missing or wrong.'
    answers = [json(401, { error: { code: 'BM301', message } })]
    const { code, out, err } = await migrate()
    assert.equal(code, 1)
    assert.match(err, /error BM301: The token is missing or wrong\.\n {2}Check BALLAST_MIGRATE_T/)
    assert.doesNotMatch(out + err, new RegExp(token))
  })
  test('a failing statement, shown in the file here', async () => {
    const problem = {
      code: '42601', message: 'syntax error at or near "tabel"', fate: 'answered',
      tag: '0000_one', file: '0000_one.sql', line: 1, column: 8,
      applied: [], pending: ['0000_one'], requests: 3,
    }
    answers = [events(plan, { event: 'error', ...problem })]
    const { code, err } = await migrate()
    assert.equal(code, 1)
    assert.match(
      err,
      /drizzle\/0000_one\.sql:1:8: error 42601: syntax error at or near "tabel"\n.*\n.*\^\n/,
    )
    const { events: told } = await migrate(['--json'])
    const { event, file, line, column } = told.at(-1)
    assert.deepEqual([event, file, line, column], ['error', 'drizzle/0000_one.sql', 1, 8])
  })
  test('a redirect, which would carry the token away', async () => {
    answers = [response => response.writeHead(302, { location: 'https://x.example/' }).end()]
    const { code, err } = await migrate()
    assert.equal(code, 1)
    assert.match(err, /answers with a redirect \(302\), which is not followed/)
    assert.equal(requests.length, 1)
  })
  test('a page that is no endpoint', async () => {
    answers = [response => response.writeHead(404).end('<h1>Not found</h1>')]
    const { code, err } = await migrate()
    assert.equal(code, 1)
    assert.match(err, /\/ballast\/migrate answered 404, and not as a migration endpoint does\n/)
    assert.match(err, /Is the Worker deployed/)
  })
  test('nobody there', async () => {
    const closed = createServer()
    await new Promise(resolve => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address()
    await new Promise(resolve => closed.close(resolve))
    const via = `http://127.0.0.1:${port}/m`
    const args = ['migrate', '--via', via, '--environment', 'test']
    const { code, err } = await ballast(project, args, { env })
    assert.equal(code, 1)
    assert.match(err, /127\.0\.0\.1:\d+\/m does not answer: connect ECONNREFUSED/)
  })
  test('what echoes the token is printed without it', async () => {
    answers = [json(401, { error: { code: 'BM301', message: `got "Bearer ${token}"` } })]
    for (const more of [[], ['--json']]) {
      const { out, err } = await migrate(more, { env: { GITHUB_ACTIONS: 'true' } })
      assert.doesNotMatch(out + err, new RegExp(token))
    }
  })
})

describe('arguments that are refused before anything is sent', () => {
  for (const [args, more, message] of [
    [['--via', 'http://app.example.com/m'], env, /takes an https:\/\/ address/],
    [['--via', 'https://me:topsecret@app.example.com/m'], env, /has a user or a password in it/],
    [['--via', 'nonsense'], env, /takes the address of a Worker's migration endpoint/],
    [['--via', 'https://app.example.com/m'], {}, /BALLAST_MIGRATE_TOKEN is not set/],
    [['--via', 'https://app.example.com/m'], env, /wants to know which environment is meant/],
    [
      ['--via', 'https://app.example.com/m', '--lock-timeout', '1s'], env,
      /--lock-timeout and an endpoint do not go together/,
    ],
    [
      ['--via', 'https://app.example.com/m', '--claim-environment'], env,
      /--claim-environment and an endpoint do not go together/,
    ],
    [['--lock-timeout', 'soon'], env, /--lock-timeout takes a time such as/],
    [['--claim-environment'], env, /--claim-environment wants --environment NAME/],
  ]) {
    test(args.join(' ').replace(/\/\/.*@/, '//...@'), async () => {
      const { code, out, err } = await ballast(project, ['migrate', ...args], { env: more })
      assert.equal(code, 1)
      assert.match(err, message)
      assert.doesNotMatch(out + err, /topsecret/)
      assert.equal(requests.length, 0)
    })
  }
})

test('Ctrl-C ends it cleanly while it waits for an answer', async () => {
  let asked
  const came = new Promise(resolve => (asked = resolve))
  answers = [() => asked()]
  const args = ['migrate', '--via', url, '--environment', 'test']
  const run = startBallast(project, args, { env })
  await came
  run.child.kill('SIGINT')
  assert.equal(await run.ended, 1)
  assert.match(run.err, /Stopping\. Press Ctrl-C again to end at once\./)
  assert.match(run.err, /error BH005: stopped; the Worker may still finish its request/)
})

describe('the API of Neon', () => {
  const api = host => ({ NEON_API_HOST: host, NEON_API_KEY: 'topsecret', NEON_PROJECT_ID: 'p-1' })

  test('Ctrl-C while it reads is said in a whole sentence', async () => {
    let asked
    const came = new Promise(resolve => (asked = resolve))
    answers = [() => asked()]
    const run = startBallast(project, ['branch', 'list'], { env: api(new URL(url).origin) })
    await came
    run.child.kill('SIGINT')
    assert.equal(await run.ended, 1)
    assert.match(run.err, /error BB008: stopped$/m)
  })

  test('nothing is sent to a port that fetch itself refuses', async () => {
    const args = ['branch', 'create', 'b', '--json']
    const { code, events } = await ballast(project, args, { env: api('http://127.0.0.1:6000') })
    const { message, fate } = events.at(-1)
    assert.deepEqual([code, fate], [1, 'refused'])
    assert.match(message, /refuses the port/)
  })
})
