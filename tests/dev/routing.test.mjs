// Which requests are SQL, what all others get, and CORS.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { post, startEndpoint } from '../support/endpoint.mjs'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

let dev
before(async () => {
  dev = await startEndpoint('pglite')
})
after(() => dev?.close())

const at = path => new URL(path, dev.url)

for (const [method, path] of [
  ['GET', '/sql'],
  ['PUT', '/sql'],
  ['DELETE', '/sql'],
  ['POST', '/'],
  ['POST', '/sql/'],
  ['POST', '/SQL'],
  ['GET', '/v2'],
  ['OPTIONS', '/other'],
]) {
  test(`${method} ${path} is not a query`, async () => {
    const response = await fetch(at(path), { method })
    assert.equal(response.status, 400)
    assert.equal(await response.text(), '"query is not supported"')
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.match(response.headers.get('neon-request-id'), uuid)
  })
}

test('a query string after /sql changes nothing', async () => {
  const reply = await post({ ...dev, url: `${dev.url}?x=1` }, { query: 'select 1' })
  assert.equal(reply.status, 200)
})

test('OPTIONS /sql is the preflight', async () => {
  const response = await fetch(dev.url, { method: 'OPTIONS' })
  assert.equal(response.status, 200)
  assert.equal(await response.text(), '')
  assert.equal(response.headers.get('allow'), 'OPTIONS, POST')
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.equal(
    response.headers.get('access-control-allow-headers'),
    'Authorization, Neon-Connection-String, Neon-Raw-Text-Output, Neon-Array-Mode, ' +
      'Neon-Pool-Opt-In, Neon-Batch-Read-Only, Neon-Batch-Isolation-Level',
  )
  assert.equal(response.headers.get('access-control-max-age'), '86400')
  assert.equal(response.headers.get('access-control-allow-methods'), null)
  assert.match(response.headers.get('neon-request-id'), uuid)
})

test('a reply and an error both have type, origin and a request id of their own', async () => {
  const good = await post(dev, { query: 'select 1' })
  const bad = await post(dev, { query: 'selec' })
  assert.deepEqual([good.status, bad.status], [200, 400])
  for (const { headers } of [good, bad]) {
    assert.equal(headers.get('content-type'), 'application/json')
    assert.equal(headers.get('access-control-allow-origin'), '*')
    assert.equal(headers.get('access-control-expose-headers'), null)
    assert.match(headers.get('neon-request-id'), uuid)
  }
  assert.notEqual(good.headers.get('neon-request-id'), bad.headers.get('neon-request-id'))
})

test('the type of the body is not checked, and a reply is not compressed', async () => {
  for (const type of ['application/sql', 'application/json', 'text/plain;charset=UTF-8']) {
    const headers = { 'content-type': type, 'accept-encoding': 'gzip, br' }
    const reply = await post(dev, { query: 'select 1' }, headers)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('content-encoding'), null)
  }
})

test("a client's own request id is not taken over", async () => {
  const mine = '00000000-0000-4000-8000-000000000000'
  const reply = await post(dev, { query: 'select 1' }, { 'neon-request-id': mine })
  assert.notEqual(reply.headers.get('neon-request-id'), mine)
})
