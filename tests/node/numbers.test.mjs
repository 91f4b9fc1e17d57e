/** Numbers through the module's own SIMD kernel, which the native laws cannot run. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { neon, neonConfig } from 'ballast'

const seed = Number(process.env.BALLAST_SEED ?? Math.floor(Math.random() * 2 ** 32))
let state = seed >>> 0
const random = () => {
  state = Math.imul(state, 1664525) + 1013904223 >>> 0
  return state / 2 ** 32
}
const below = limit => Math.floor(random() * limit)

/** A number as PostgreSQL may write it: any sign, digits, decimals and exponent. */
function text() {
  const sign = below(5) < 2 ? '-' : ''
  switch (below(5)) {
    case 0: return sign + (random() * 10 ** below(12)).toFixed(below(10))
    case 1: return sign + String(Math.floor(random() * 10 ** below(17)))
    case 2: return sign + String(random() * 10 ** (below(60) - 30)).replace('e+', 'e+')
    case 3: return sign + String(Math.fround(random()))
    default: return sign + (random() * 1000).toPrecision(1 + below(17))
  }
}

it(`are what Number() makes of them (BALLAST_SEED=${seed})`, async () => {
  const sql = neon('postgresql://u:p@ep-x.neon.tech/db', { arrayMode: true })
  for (let round = 0; round < 40; round++) {
    const texts = Array.from({ length: 500 }, text)
    const lists = texts.map((_, i) => texts.slice(i, i + 5))
    const fields = [['n', 701], ['list', 1022], ['vector', 16_400]]
      .map(([name, dataTypeID]) => ({ name, dataTypeID }))
    const rows = texts.map((n, i) => [n, `{${lists[i].join()}}`, `[${lists[i].join()}]`])
    const reply = JSON.stringify({ fields, rows, command: 'SELECT', rowCount: rows.length })
    neonConfig.fetchFunction = async () => new Response(reply)
    const decoded = await sql.query('select', [], { as: { vector: 'float32' } })
    decoded.forEach(([n, list, vector], i) => {
      assert.ok(Object.is(n, Number(texts[i])), `${texts[i]} came as ${n}`)
      assert.deepEqual(list, lists[i].map(Number))
      assert.deepEqual(vector, Float32Array.from(lists[i], Number))
    })
  }
})
