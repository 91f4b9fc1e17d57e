/**
 * The kill test: a folder of thirty steps is applied while the connection is lost before a request
 * is sent, after it was sent, in the middle of its answer, or the runner itself dies. Whatever
 * happens, the database must end up the same, and every step and batch must have come once.
 *
 *   npm run kill -- --runs 2000 --seed 7 --json    random runs, and a count of what went wrong
 *   npm run kill -- --each                         one fault at every request, of each kind
 *
 * Sleeps take no time. A run that fails prints its seed, from which it plays again alone.
 */
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { run } from 'ballast/migrate'

import { openArena } from '../support/arena.mjs'
import { bundleFiles } from '../support/bundle.mjs'
import { catalogQuery, countsQuery, killFolder } from './folder.mjs'

const kinds = ['before', 'after', 'cut', 'middle', 'death']

/** Numbers from 0 to 1 out of a seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

class Death extends Error {}

/** `fetch` with faults: `choose(ordinal)` gives the fault of a request, or undefined. */
function faulty(choose, counts) {
  let ordinal = 0
  const lost = () => new TypeError('fetch failed')
  return async (url, init) => {
    const fault = choose(ordinal++)
    if (fault === undefined) return fetch(url, init)
    counts.faults++
    switch (fault) {
      case 'before':
        throw lost()
      case 'after':
        // It was executed, and nobody hears of it.
        await (await fetch(url, init)).arrayBuffer()
        throw lost()
      case 'cut': {
        // The endpoint sees the connection break while the statement may be running.
        const controller = new AbortController()
        const sent = fetch(url, { ...init, signal: controller.signal })
        setTimeout(() => controller.abort(), 2)
        await sent.catch(() => {})
        throw lost()
      }
      case 'middle': {
        const reply = await fetch(url, init)
        const bytes = new Uint8Array(await reply.arrayBuffer())
        let sent = false
        const body = new ReadableStream({
          pull(controller) {
            if (sent) controller.error(lost())
            else controller.enqueue(bytes.subarray(0, bytes.length >> 1))
            sent = true
          },
        })
        return new Response(body, { status: reply.status })
      }
      case 'death':
        // What was sent goes on without the one who sent it.
        void fetch(url, init).then(reply => reply.arrayBuffer()).catch(() => {})
        throw new Death()
    }
  }
}

/** Applies until nothing is left, as a person or a deployment would: by calling again. */
async function converge(url, bundle, fetch) {
  const limit = Date.now() + 60_000
  for (let calls = 1; ; calls++) {
    let dead = false
    const watched = (...args) => fetch(...args).catch(error => {
      dead ||= error instanceof Death
      throw error
    })
    const controller = new AbortController()
    const sleep = async () => { if (dead) controller.abort() }
    try {
      const summary = await run(bundle, {
        url, action: 'apply', fetch: watched, sleep, signal: controller.signal, leaseMs: 20,
        attempts: 40,
      })
      if (summary.pending.length === 0) return calls
    } catch (error) {
      if (!dead || error.code !== 'BH005') throw error
    }
    if (Date.now() > limit) throw new Error('it does not come to an end')
  }
}

/** Plays one run, whose faults `choose` gives; throws where anything came twice, or not at all. */
export async function playRun(arena, bundle, choose, counts, reference) {
  const database = await arena.database()
  try {
    await converge(database.url, bundle, faulty(choose, counts))
    const [[catalog]] = await database.rows(catalogQuery)
    const [[twice, never, steps, journaled]] = await database.rows(countsQuery)
    counts.duplicates += Number(twice) + Number(journaled)
    counts.losses += Number(never)
    if (reference !== undefined) assert.deepEqual(JSON.parse(catalog), reference.catalog)
    if (reference !== undefined && Number(steps) !== reference.steps) counts.losses++
    assert.deepEqual([twice, never, journaled].map(Number), [0, 0, 0])
    return { catalog: JSON.parse(catalog), steps: Number(steps) }
  } finally {
    await database.drop()
  }
}

/** What a run without faults leaves, and how many requests it takes. */
export async function playReference(arena, bundle) {
  let requests = 0
  const counts = { faults: 0, duplicates: 0, losses: 0 }
  const choose = at => { requests = at + 1 }
  const found = await playRun(arena, bundle, choose, counts)
  return { ...found, requests }
}

/** Each kind of fault once at each request, or at each one in `every`, from the first on. */
export async function playEach(arena, rows, report, every = 1) {
  const { bundle } = bundleFiles(killFolder(rows))
  const reference = await playReference(arena, bundle)
  const counts = { runs: 0, faults: 0, duplicates: 0, losses: 0, stuck: 0 }
  const faults = kinds.flatMap(kind =>
    Array.from({ length: Math.ceil(reference.requests / every) }, (_, i) => [kind, i * every]))
  await inTurns(faults, async ([kind, at]) => {
    const choose = ordinal => ordinal === at ? kind : undefined
    await judge(counts, `${kind} at request ${at}`, report, () =>
      playRun(arena, bundle, choose, counts, reference))
  })
  return { ...counts, requests: reference.requests }
}

/** Seeded runs with faults at any request. */
export async function playRandom(arena, rows, runs, seed, report) {
  const { bundle } = bundleFiles(killFolder(rows))
  const reference = await playReference(arena, bundle)
  const counts = { runs: 0, faults: 0, duplicates: 0, losses: 0, stuck: 0 }
  const seeds = Array.from({ length: runs }, (_, i) => seed + i)
  await inTurns(seeds, async own => {
    const random = generator(own)
    const chance = random() * 0.3
    const choose = () =>
      random() < chance ? kinds[Math.floor(random() * kinds.length)] : undefined
    await judge(counts, `--runs 1 --seed ${own}`, report, () =>
      playRun(arena, bundle, choose, counts, reference))
  })
  return counts
}

/** Plays all, a few at a time: most of a run is waiting for the server. */
async function inTurns(list, play) {
  const left = list.values()
  const worker = async () => {
    for (const item of left) await play(item)
  }
  await Promise.all(Array.from({ length: Math.min(4, list.length) }, worker))
}

async function judge(counts, name, report, play) {
  try {
    await play()
  } catch (error) {
    counts.stuck++
    report(`${name}: ${error.code ?? ''} ${error.message} ${error.detail ?? ''}`)
  }
  counts.runs++
  if (counts.runs % 50 === 0) report(`${counts.runs} runs, ${counts.faults} faults`)
}

async function main() {
  const { values: args } = parseArgs({
    options: {
      runs: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      rows: { type: 'string' },
      each: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const report = line => console.error(line)
  const seed = Number(args.seed)
  const arena = await openArena()
  try {
    if (!args.each) report(`seed ${seed}`)
    const counts = args.each
      ? await playEach(arena, Number(args.rows ?? 50_000), report)
      : await playRandom(arena, Number(args.rows ?? 200), Number(args.runs), seed, report)
    const { runs, faults, duplicates, losses, stuck } = counts
    if (args.json) console.log(JSON.stringify({ runs, faults, duplicates, losses, stuck }))
    else {
      console.log(`${runs} runs, ${faults} faults: ` +
        `${duplicates} duplicates, ${losses} losses, ${stuck} stuck`)
    }
    process.exitCode = duplicates + losses + stuck > 0 ? 1 : 0
  } finally {
    await arena.close()
  }
}

if (import.meta.filename === process.argv[1]) await main()
