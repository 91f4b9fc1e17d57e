/**
 * The first request to a fresh isolate, its start included: the processor time that workerd has
 * spent, by the kernel's count, when the first answer is out.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { Miniflare, Response } from 'miniflare'
import { summary } from './duel.mjs'
import { bundle, isolateOptions } from './isolate.mjs'
import { replyBytes } from './replies.mjs'

function workerOf(peer) {
  return `
    import { neon } from '${peer}'
    const sql = neon('postgresql://user:secret@ep-bench.eu-central-1.aws.neon.tech/app')
    export default {
      async fetch() {
        return Response.json(await sql.query('select * from users where user_id = $1', ['x']))
      },
    }`
}

/** Nanoseconds that all threads of a process have been running. */
export function processorTime(pid) {
  let total = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  }
  return total
}

/** The processes whose parent is this one. */
function children() {
  const path = `/proc/self/task/${process.pid}/children`
  return readFileSync(path, 'utf8').split(' ').filter(Boolean)
}

/** Nanoseconds that workerd takes from its start to a Worker's first answer. */
export async function processorTimeOf(scriptPath, reply = replyBytes('small')) {
  const before = new Set(children())
  const isolate = new Miniflare({
    ...isolateOptions(scriptPath),
    outboundService: () => new Response(reply, { headers: { 'content-type': 'application/json' } }),
  })
  try {
    const response = await isolate.dispatchFetch('http://first/')
    if (!response.ok) throw new Error(await response.text())
    await response.text()
    const started = children().filter(pid => !before.has(pid))
    return started.reduce((sum, pid) => sum + processorTime(pid), 0)
  } finally {
    await isolate.dispose()
  }
}

/** The line of the contest: the official driver's time over ours. */
export async function firstRequest(rounds) {
  const scripts = {}
  for (const peer of ['@neondatabase/serverless', 'ballast']) {
    const stdin = { contents: workerOf(peer), resolveDir: import.meta.dirname }
    const name = peer.replace(/\W/g, '')
    scripts[peer] = await bundle({ stdin }, name, { minify: true })
  }
  const pairs = []
  for (let i = 0; i < rounds; i++) {
    pairs.push([
      await processorTimeOf(scripts['@neondatabase/serverless']),
      await processorTimeOf(scripts['ballast']),
    ])
  }
  const inMs = pairs.map(pair => pair.map(ns => ns / 1e6))
  return { name: 'first-request', ...summary(inMs), aim: 1, gate: 0.7 }
}
