/**
 * One schema on PostgreSQL 14 to 18: once PGlite has read what each of them holds, the models are
 * the same; and the DDL of a model makes the same model on the server that it came from.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { openServer } from '../pairs/servers.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { differenceOf, readModel, render } from '../support/planner.mjs'
import { everyKind } from './every-kind.mjs'

describe('PostgreSQL 14 to 18', () => {
  let shadow
  const models = new Map()
  before(async () => { shadow = await openServer('pglite') })
  after(() => shadow.close())

  async function elaborated(model) {
    const database = await shadow.fresh('from')
    await database.run(render(model, { postgres: 18 }))
    return readModel(database.query)
  }

  for (const version of [14, 15, 16, 17, 18]) {
    it(`${version}`, async () => {
      const { url, stop } = await startPostgres({ version })
      const server = await openServer('postgres', { url })
      const open = []
      const fresh = async () => open[open.push(await server.fresh()) - 1]
      try {
        const made = await fresh()
        await made.run(everyKind)
        const model = await readModel(made.query)
        assert.equal(model.postgres, version)
        assert.deepEqual(model.unmodelled, [])
        const again = await fresh()
        await again.run(render(model, { postgres: version }))
        assert.equal(differenceOf(model, await readModel(again.query)), '')
        models.set(version, await elaborated(model))
      } finally {
        for (const database of open) await database.release()
        await server.close()
        await stop()
      }
    })
  }

  it('they are the same', () => {
    const first = models.get(17)
    assert.equal(models.size, 5)
    for (const [version, model] of models) {
      assert.equal(differenceOf(first, model), '', `${version}`)
      assert.equal(model.text, first.text, `${version}`)
    }
  })
})
