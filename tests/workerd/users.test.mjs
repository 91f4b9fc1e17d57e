/** The example Worker's users, over PGlite and over a real PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startEndpoint } from '../support/endpoint.mjs'
import { bindingsOf, jsonClient, migrate } from '../support/worker.mjs'
import { startWorker } from '../support/miniflare.mjs'

for (const backend of ['pglite', 'postgres']) {
  describe(`users over ${backend}`, () => {
    let endpoint, worker, call

    before(async () => {
      endpoint = await startEndpoint(backend)
      const bindings = bindingsOf(endpoint)
      worker = await startWorker({ entry: 'worker/src/index.ts', bindings })
      // A real PostgreSQL from npm has no pgvector, which users do not need.
      await migrate(worker, { vector: backend === 'pglite' })
      call = jsonClient(worker)
    })

    after(async () => {
      await worker?.dispose()
      await endpoint?.close()
    })

    it('creates, reads, changes and deletes a user', async () => {
      const metadata = { plan: 'free', seats: 3, nested: { list: [1, null, 'x'] } }
      const made = await call('POST', '/users', {
        user_id: 'ada',
        email: 'ada@example.com',
        metadata,
      })
      assert.equal(made.status, 201)
      assert.equal(made.headers.get('location'), '/users/ada')
      const { created_at: createdAt, ...rest } = made.body
      assert.deepEqual(rest, { user_id: 'ada', email: 'ada@example.com', metadata })
      assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 24 * 3_600_000, createdAt)

      assert.deepEqual((await call('GET', '/users/ada')).body, made.body)
      const changed = await call('PATCH', '/users/ada', {
        email: 'ada@example.org',
        metadata: null,
      })
      assert.deepEqual(changed.body, { ...made.body, email: 'ada@example.org', metadata: null })
      const kept = await call('PATCH', '/users/ada', { metadata: { plan: 'pro' } })
      assert.deepEqual(kept.body, { ...changed.body, metadata: { plan: 'pro' } })

      assert.equal((await call('DELETE', '/users/ada')).status, 204)
      assert.equal((await call('GET', '/users/ada')).status, 404)
      assert.equal((await call('PATCH', '/users/ada', { email: 'x@example.com' })).status, 404)
      assert.equal((await call('DELETE', '/users/ada')).status, 404)
    })

    it('makes an id where none is given', async () => {
      const { status, body, headers } = await call('POST', '/users', { email: 'id@example.com' })
      assert.equal(status, 201)
      assert.match(body.user_id, /^[0-9a-f-]{36}$/)
      assert.equal(headers.get('location'), `/users/${body.user_id}`)
      assert.equal(body.metadata, null)
      assert.equal((await call('DELETE', `/users/${body.user_id}`)).status, 204)
    })

    it('keeps text as it was sent', async () => {
      const id = `o'hara "\\ \u{1f600} \n é`
      const { body } = await call('POST', '/users', { user_id: id, email: 'text@example.com' })
      assert.equal(body.user_id, id)
      const path = `/users/${encodeURIComponent(id)}`
      assert.equal((await call('GET', path)).body.user_id, id)
      assert.equal((await call('DELETE', path)).status, 204)
    })

    it('says which column is taken', async () => {
      await call('POST', '/users', { user_id: 'taken', email: 'taken@example.com' })
      const email = await call('POST', '/users', { user_id: 'other', email: 'taken@example.com' })
      assert.equal(email.status, 409)
      assert.equal(email.body.error.column, 'email')
      assert.equal(email.body.error.sqlstate, '23505')
      const id = await call('POST', '/users', { user_id: 'taken', email: 'new@example.com' })
      assert.equal(id.status, 409)
      assert.equal(id.body.error.column, 'user_id')
      assert.equal((await call('DELETE', '/users/taken')).status, 204)
    })

    it('lists by pages that neither miss nor repeat a user', async () => {
      const ids = Array.from({ length: 7 }, (_, n) => `page ${n}&`)
      for (const [n, id] of ids.entries()) {
        await call('POST', '/users', { user_id: id, email: `page${n}@example.com` })
      }
      const seen = []
      for (let path = '/users?limit=3', pages = 0; path !== null; pages++) {
        const { status, body } = await call('GET', path)
        assert.equal(status, 200)
        assert.ok(body.users.length <= 3 && pages < 4)
        seen.push(...body.users.map(user => user.user_id))
        path = body.next
      }
      assert.deepEqual(seen, ids)
    })
  })
}
