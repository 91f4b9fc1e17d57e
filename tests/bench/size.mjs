/**
 * `npm run size`: what a Worker that imports `neon` loads, minified and gzipped at level 9.
 *
 *   npm run size              a table
 *   npm run size -- --json    {"client":{"gzip","aim","gate"}}
 *   npm run size -- --gate    exits with 1 above the gate
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { bundle } from './isolate.mjs'

// The official driver's own size in the same Worker (@neondatabase/serverless 1.2.0): see below.
const AIM = 47_000

const { values: args } = parseArgs({
  options: { json: { type: 'boolean' }, gate: { type: 'boolean' } },
})

/** The files of a Worker that uses `neon` of a package, with their sizes. */
async function files(peer) {
  const contents = `
    import { neon } from '${peer}'
    export default {
      fetch: async (request, env) => Response.json(await neon(env.URL)\`select 1\`),
    }`
  const stdin = { contents, resolveDir: import.meta.dirname }
  const path = await bundle({ stdin }, 'size-' + peer.replace(/\W/g, ''), { minify: true })
  const folder = dirname(path)
  return readdirSync(folder).map(name => {
    const bytes = readFileSync(join(folder, name))
    return { name, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length }
  }).filter(({ name }) => name === 'worker.js' || name.endsWith('.wasm'))
}

const ours = await files('ballast')
const official = await files('@neondatabase/serverless')
const total = list => list.reduce((sum, { gzip }) => sum + gzip, 0)
const gzip = total(ours)
// A gate has some room over its aim, as the others have; here 10 %, since sizes do not waver.
const result = { client: { gzip, aim: AIM, gate: Math.round(AIM * 1.1) } }
if (args.json) console.log(JSON.stringify(result))
else {
  for (const { name, bytes, gzip } of [...ours, ...official]) {
    const columns = [name.padEnd(32), String(bytes).padStart(8), String(gzip).padStart(8)]
    console.log(`  ${columns.join('')} gzipped`)
  }
  console.log(`client: ${gzip} bytes gzipped, aim < ${AIM}, official driver ${total(official)}`)
}
if (args.gate && gzip > result.client.gate) {
  console.error(`client: ${gzip} bytes gzipped are over the gate of ${result.client.gate}`)
  process.exitCode = 1
}
