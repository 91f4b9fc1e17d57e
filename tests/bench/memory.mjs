/**
 * How much memory a reply of 53 MB takes at its peak, over what the process had before: the
 * official driver's objects against our columns, each in a fresh process. The reply arrives as a
 * stream.
 *
 * Run by itself with a peer's name, it is that process.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROWS = 330_000
const CHUNK = 64 * 1024

function* replyChunks() {
  const names = ['id', 'account', 'name', 'score', 'created_at', 'note']
  const types = [23, 23, 25, 701, 1184, 25]
  const fields = names.map((name, i) => ({ name, dataTypeID: types[i] }))
  let text = `{"fields":${JSON.stringify(fields)},"rows":[`
  for (let i = 0; i < ROWS; i++) {
    const row = [
      i, i * 7, `customer ${i}`, i / 8, '2026-11-22 12:34:56.789+00',
      'a note of the usual length, and a half, with the order\'s number ' + i,
    ]
    text += (i ? ',' : '') + JSON.stringify(row.map(String))
    if (text.length < CHUNK) continue
    yield text
    text = ''
  }
  yield text + `],"command":"SELECT","rowCount":${ROWS},"rowAsArray":true}`
}

function streamed() {
  const encoder = new TextEncoder()
  const chunks = replyChunks()
  const body = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const { done, value } = chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

/** The resident size now, and at its peak, in bytes, by the kernel's own count. */
function resident() {
  const status = readFileSync('/proc/self/status', 'utf8')
  const field = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) * 1024
  return { now: field('VmRSS'), peak: field('VmHWM') }
}

async function measure(peer) {
  const driver = await import(peer === 'ours' ? 'ballast' : '@neondatabase/serverless')
  driver.neonConfig.fetchFunction = async () => streamed()
  const url = 'postgresql://user:secret@ep-bench.eu-central-1.aws.neon.tech/app'
  const sql = driver.neon(url, peer === 'ours' ? { rowMode: 'columns' } : {})
  const base = resident().now
  const rows = await sql.query('select')
  const count = peer === 'ours' ? rows.id.length : rows.length
  if (count !== ROWS) throw new Error(`${count} rows came`)
  return resident().peak - base
}

/** The line of the contest: the official driver's peak over ours. */
export async function memory() {
  const ratios = []
  for (let i = 0; i < 3; i++) {
    const peaks = []
    for (const peer of ['official', 'ours']) {
      const self = fileURLToPath(import.meta.url)
      const { stdout } = await promisify(execFile)(process.execPath, [self, peer])
      peaks.push(Number(stdout))
    }
    ratios.push(peaks[0] / peaks[1])
  }
  const [low, ratio, high] = ratios.sort((a, b) => a - b)
  return { name: 'memory-50mb', ratio, low, high, aim: 4, gate: 2.8 }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await measure(process.argv[2]))
}
