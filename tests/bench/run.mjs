/**
 * `npm run bench`: every aim that is a ratio, in Node and in workerd, and migrations and `ballast
 * generate` in Node. Lines of the checker print their times too, which is what its aims are.
 *
 *   npm run bench                          all lines, with their spread
 *   npm run bench -- --only objects-1000x8 lines whose name begins so
 *   npm run bench -- --runtime workerd     one runtime
 *   npm run bench -- --json                an object for each runtime and peer, for programs
 *   npm run bench -- --gate                exits with 1 where a line is below its gate, which half
 *                                          as many rounds tell
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { CHECK_NAMES } from './check-contest.mjs'
import { checkSchema, firstCheckInNode, firstCheckInWorkerd } from './check.mjs'
import { LINE_NAMES } from './contest.mjs'
import { memory } from './memory.mjs'
import { firstRequest } from './first.mjs'
import { benchWorker } from './isolate.mjs'
import { generation } from './generate.mjs'
import { planning } from './plan.mjs'
import { migrations } from './migrate.mjs'

const OFFICIAL = '@neondatabase/serverless 1.2.0'

const { values: args } = parseArgs({
  options: {
    only: { type: 'string' },
    runtime: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'boolean' },
    gate: { type: 'boolean' },
  },
})

const rounds = args.rounds ?? (args.gate ? '7' : '15')
// Of programs and isolates that are started for one figure.
const firsts = args.gate ? 5 : 9

// Each line has a process or an isolate of its own: what one has made of V8's heap and its guesses
// about types is not what the next should be measured with. The two drivers share it.

async function nodeLine(name) {
  const script = CHECK_NAMES.includes(name) ? 'line-check.mjs' : 'line.mjs'
  const line = fileURLToPath(new URL(script, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [line, name, rounds])
  return JSON.parse(stdout)
}

async function workerdLine(name) {
  const isolate = await benchWorker()
  try {
    const schema = CHECK_NAMES.includes(name) ? await checkSchema() : undefined
    return await isolate.line(name, Number(rounds), schema)
  } finally {
    await isolate.dispose()
  }
}

/** Which lines a runtime has, and how each is run: some come several at a time. */
async function* runs(runtime) {
  const line = runtime === 'workerd' ? workerdLine : nodeLine
  const lines = {
    ...Object.fromEntries([...LINE_NAMES, ...CHECK_NAMES].map(name => [name, () => line(name)])),
    ...(runtime === 'workerd'
      ? {
          'first-request': () => firstRequest(firsts),
          'check-first': () => firstCheckInWorkerd(firsts),
        }
      : {
          'check-first': () => firstCheckInNode(firsts),
          'memory-50mb': memory,
          'migrate-100': () => migrations(args.gate ? 1 : 3),
          'plan-1000': () => planning(args.gate ? 5 : 15),
          generate: () => generation(args.gate),
        }),
  }
  for (const [name, run] of Object.entries(lines)) {
    if (args.only === undefined || name.startsWith(args.only)) yield* await settled(run)
  }
}

const isBelow = ({ ratio, gate, requests }) => ratio < gate || requests?.ours > requests?.gate

/** A line's result; with --gate, the best of up to three runs, since the machine may be busy. */
async function settled(run) {
  const once = async () => [await run()].flat()
  let best = await once()
  for (let i = 0; args.gate && best.some(isBelow) && i < 2; i++) {
    const again = await once()
    best = best.map((line, at) => again[at].ratio > line.ratio ? again[at] : line)
  }
  return best
}

function print(line) {
  const { peer, name, ratio, low, high, aim, officialMs, oursMs, requests } = line
  const verdict = isBelow(line) ? 'BELOW ITS GATE' : ratio >= aim ? 'ok' : 'below its aim'
  const digits = requests === undefined ? 4 : 0
  const times = officialMs === undefined
    ? '' : `${officialMs.toFixed(digits)} / ${oursMs.toFixed(digits)} ms`
  const more = [
    ...(requests === undefined ? [] : [`${requests.theirs} / ${requests.ours} requests`]),
    ...(peer === undefined ? [] : [peer]),
  ].map(text => `, ${text}`).join('')
  console.log(
    `  ${name.padEnd(21)} ${ratio.toFixed(2).padStart(7)}x  [${low.toFixed(2)}, ${high.toFixed(2)}]`
      .padEnd(53) + ` aim ${String(aim).padEnd(5)} ${times.padEnd(22)} ${verdict}${more}`,
  )
}

/** What programs read: `requests` and `ms` where there are requests to count. */
function forPrograms({ name, ratio, low, aim, gate, requests, officialMs, oursMs }) {
  const ms = requests && { theirs: officialMs, ours: oursMs }
  return { name, ratio, low, aim, gate, requests, ms }
}

const failed = []
for (const runtime of ['node', 'workerd']) {
  if (args.runtime !== undefined && args.runtime !== runtime) continue
  const results = new Map()
  if (!args.json) console.log(`${runtime}: their time / ours, median [quartiles]`)
  for await (const result of runs(runtime)) {
    const { peer = OFFICIAL, name, ratio, gate } = result
    results.set(peer, [...results.get(peer) ?? [], forPrograms(result)])
    if (!args.json) print(result)
    if (isBelow(result)) failed.push(`${runtime}: ${name} ${ratio.toFixed(2)}x, gate ${gate}`)
  }
  if (args.json) {
    for (const [peer, lines] of results) {
      console.log(JSON.stringify({ peer, runtime, results: lines }))
    }
  }
}
if (args.gate && failed.length > 0) {
  console.error(`below their gate:\n  ${failed.join('\n  ')}`)
  process.exitCode = 1
}
