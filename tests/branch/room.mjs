// Drives a conversation of room `branch` with an API, its waits cut short: the clock that it is
// told of runs ahead by what it wanted to wait.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stepper } from '../support/frames.mjs'
import { openModule } from '../support/module.mjs'

const wasm = fileURLToPath(new URL('../../bindings/cli/dist/ballast-tools.wasm', import.meta.url))
const module = stepper(openModule(wasm))
const realMs = 20

async function send({ host, key }, { method, path }, body) {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body === '' ? {} : { body }) }
  try {
    const reply = await fetch(`${host}${path}`, { ...init, signal: AbortSignal.timeout(5000) })
    const text = await reply.text()
    const retryAfter = Number(reply.headers.get('retry-after') ?? 0)
    return [{ reply: { status: reply.status }, retryAfter }, text]
  } catch (error) {
    const why = error.cause?.code === 'ECONNREFUSED' ? 'connect' : 'reset'
    return [{ failed: { why, message: error.cause?.code ?? error.name } }, '']
  }
}

/**
 * Holds a conversation: `{ done }` or `{ error }`, with the `events` in between and how long it
 * would have `waited`.
 */
export async function perform(api, ask) {
  const task = module.start({ branch: { project: api.project, ...ask } })
  const events = []
  let waited = 0
  const tell = (event, body = '') =>
    module.step(task, JSON.stringify({ ...event, random: 500, now: waited }), body)
  let { head, body } = tell({ start: {} })
  for (;;) {
    if (head.done !== undefined || head.error !== undefined) {
      module.stop(task)
      return { ...head, events, waited }
    }
    if (head.http !== undefined) {
      ;({ head, body } = tell(...(await send(api, head.http, body))))
    } else if (head.sleep !== undefined) {
      waited += head.sleep
      await sleep(Math.min(head.sleep, realMs))
      ;({ head, body } = tell({ woke: {} }))
    } else {
      events.push(head.progress)
      ;({ head, body } = tell({ woke: {} }))
    }
  }
}
