/** The example Worker's documents and the search by similarity, on PGlite with pgvector. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startEndpoint } from '../support/endpoint.mjs'
import { bindingsOf, jsonClient, migrate } from '../support/worker.mjs'
import { startWorker } from '../support/miniflare.mjs'

for (const flags of [[], ['nodejs_compat']]) {
  describe(`documents, flags: ${flags.join() || 'none'}`, () => {
    let endpoint, worker, call

    before(async () => {
      endpoint = await startEndpoint('pglite')
      const bindings = bindingsOf(endpoint)
      worker = await startWorker({ entry: 'worker/src/index.ts', bindings, flags })
      await migrate(worker, { vector: true })
      call = jsonClient(worker)
    })

    after(async () => {
      await worker?.dispose()
      await endpoint?.close()
    })

    it('finds the nearest first', async () => {
      const documents = { red: [1, 0, 0], orange: [1, 0.5, 0], green: [0, 1, 0], blue: [0, 0, 1] }
      for (const [title, embedding] of Object.entries(documents)) {
        const { status, body } = await call('POST', '/documents', {
          title,
          body: `about ${title}`,
          embedding,
        })
        assert.equal(status, 201)
        assert.equal(body.title, title)
      }
      const { status, body } = await call('POST', '/search', { embedding: [1, 0.1, 0], limit: 3 })
      assert.equal(status, 200)
      assert.deepEqual(
        body.documents.map(({ title }) => title),
        ['red', 'orange', 'green'],
      )
      assert.ok(Math.abs(body.documents[0].distance - 0.1) < 1e-6)

      const first = await call('GET', '/documents?limit=3')
      assert.deepEqual(
        first.body.documents.map(({ title }) => title),
        ['red', 'orange', 'green'],
      )
      const second = await call('GET', first.body.next)
      assert.deepEqual(
        second.body.documents.map(({ title }) => title),
        ['blue'],
      )
      assert.equal(second.body.next, null)
    })

    it('refuses what is not an embedding', async () => {
      for (const embedding of [
        [1, 2],
        [1, 2, 3, 4],
        [1, 2, '3'],
        [1, 2, null],
        'x',
        null,
        undefined,
      ]) {
        const made = await call('POST', '/documents', { title: 'x', embedding })
        assert.equal(made.status, 400)
        assert.match(made.body.error.issues[0].path, /^embedding/)
        assert.equal((await call('POST', '/search', { embedding })).status, 400)
      }
      const far = await call('POST', '/search', { embedding: [1e300, 0, 0] })
      assert.deepEqual([far.status, far.body.error.code], [400, 'bad-value'])
      assert.equal(far.body.error.sqlstate, '22003')
    })
  })
}
