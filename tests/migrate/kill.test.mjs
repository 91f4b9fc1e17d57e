// A small share of `npm run kill`: connections lost at requests, and runners that die.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { playEach, playRandom } from '../kill/run.mjs'
import { openArena } from '../support/arena.mjs'

const rows = 300
const runs = 12
const seed = Number(process.env.BALLAST_SEED ?? Date.now() % 1_000_000)

/** Says which run went wrong, and how; not how far the test is. */
function report(line) {
  if (!/^\d+ runs, /.test(line)) console.error(line)
}

describe('a run that is interrupted', () => {
  let arena
  before(async () => { arena = await openArena() })
  after(() => arena.close())

  it('ends the same, after any fault at every third request', async () => {
    const counts = await playEach(arena, rows, report, 3)
    assert.deepEqual([counts.duplicates, counts.losses, counts.stuck], [0, 0, 0])
    assert.equal(counts.runs, 5 * Math.ceil(counts.requests / 3))
    // Each fault has met its request.
    assert.equal(counts.faults, counts.runs)
  })

  it(`ends the same, after faults at random (BALLAST_SEED=${seed})`, async () => {
    console.log(`tests/migrate/kill.test.mjs: BALLAST_SEED=${seed}`)
    const counts = await playRandom(arena, rows, runs, seed, report)
    assert.deepEqual([counts.duplicates, counts.losses, counts.stuck], [0, 0, 0])
    assert.equal(counts.runs, runs)
    assert.ok(counts.faults > 0)
  })
})
