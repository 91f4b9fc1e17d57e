// A small share of `npm run race`: eight runners at one database, all at once.
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { playRace } from '../race/run.mjs'
import { openArena } from '../support/arena.mjs'

it('eight runners apply each migration once, and none of them fails', async t => {
  const arena = await openArena()
  t.after(() => arena.close())
  const counts = await playRace(arena, 4, line => console.error(line))
  assert.deepEqual(counts, { rounds: 4, deadlocks: 0, doubled: 0, errors: 0 })
})
