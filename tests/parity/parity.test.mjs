// The same JavaScript value as the official driver's, for every type, in three time zones.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { neon } from 'ballast'
import { onBoth } from '../support/endpoint.mjs'
import { SETUP } from './cells.mjs'

const script = fileURLToPath(new URL('./both.mjs', import.meta.url))

// Where we differ on purpose, by the name of the cell.
const DIFFERENT = {}

onBoth('values', endpoint => {
  before(async () => {
    const sql = neon(endpoint().databaseUrl)
    for (const statement of SETUP) await sql.query(statement)
    await sql`create extension if not exists vector`.catch(error => {
      // Only PGlite brings it.
      assert.match(error.code, /^(0A000|58P01)$/)
    })
  })

  for (const zone of ['UTC', 'America/New_York', 'Asia/Tokyo']) {
    test(`are those of the official driver in ${zone}`, async t => {
      const { stdout } = await promisify(execFile)(process.execPath, [script], {
        env: {
          ...process.env, TZ: zone, DATABASE_URL: endpoint().databaseUrl, ENDPOINT: endpoint().url,
        },
        maxBuffer: 1 << 26,
      })
      const { compared, differences } = JSON.parse(stdout)
      t.diagnostic(`${compared} results compared`)
      assert.ok(compared >= 400)
      const unexpected = differences.filter(({ name }) => !(name in DIFFERENT))
      assert.deepEqual(unexpected, [])
      const seen = new Set(differences.map(({ name }) => name))
      assert.deepEqual(Object.keys(DIFFERENT).filter(name => !seen.has(name)), [])
    })
  }
})
