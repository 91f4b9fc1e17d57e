// Stands between a client and the stand-in: judges all that passes by Neon's OpenAPI file, and puts
// faults in where a test asks for them.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { judgeRequest, judgeResponse, operationOf } from './conformance.mjs'

const messages = {
  401: 'no key',
  423: 'locked',
  429: 'too many requests',
  500: 'oops',
  503: 'unavailable',
}

function parsed(text) {
  return text === '' ? undefined : JSON.parse(text)
}

/**
 * Starts one in front of `target`. `host` is what clients take for the API; `calls` are the
 * requests as `{ name, status }`; `wrong` is all that does not conform.
 *
 * `fault(name, what, times)`: requests of that operation meet `what`, which is a status, `drop`
 * (never handed on), `lose` (handed on, and the answer is not), `hang` (no answer until the end)
 * or a function that changes the body of the answer.
 */
export async function startProxy(target) {
  const calls = []
  const wrong = []
  const faults = []
  const hanging = new Set()
  const waiting = []

  const faultOf = name => {
    const fault = faults.find(each => each.name === name && each.times > 0)
    if (fault !== undefined) fault.times--
    return fault?.what
  }

  async function handle(request, response) {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const { method } = request
    const url = new URL(request.url, 'http://proxy')
    const path = url.pathname.replace(/^\/api\/v2/, '')
    wrong.push(...judgeRequest(method, path, url.searchParams, parsed(text)))
    const name = operationOf(method, path)?.name ?? `${method} ${path}`
    const call = { name, status: 0, body: parsed(text) }
    calls.push(call)
    const waited = waiting.filter(each => each.name === name)
    for (const wait of waited) wait.resolve()
    // Who waits for a call does something before its answer is there.
    if (waited.length > 0) await sleep(200)
    const what = faultOf(name)
    const answer = (status, body, headers = {}) => {
      call.status = status
      wrong.push(...judgeResponse(method, path, status, parsed(body)))
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(status === 204 ? undefined : body)
    }
    if (what === 'drop') return request.socket.destroy()
    if (what === 'hang') return void hanging.add(request.socket)
    if (typeof what === 'number') {
      const body = { request_id: 'r-fault', code: '', message: messages[what] }
      return answer(what, JSON.stringify(body), what === 429 ? { 'retry-after': '1' } : {})
    }
    const { authorization } = request.headers
    const headers = { ...(authorization ? { authorization } : {}) }
    headers['content-type'] = 'application/json'
    const init = { method, headers, ...(text === '' ? {} : { body: text }) }
    const reply = await fetch(`${target}${path}${url.search}`, init)
    const body = await reply.text()
    if (what === 'lose') return request.socket.destroy()
    const changed = typeof what === 'function' ? JSON.stringify(what(JSON.parse(body))) : body
    return answer(reply.status, changed)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(error => {
      wrong.push(error.message)
      response.destroy()
    })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `http://127.0.0.1:${server.address().port}/api/v2`,
    calls,
    wrong,
    fault: (name, what, times = 1) => faults.push({ name, what, times }),
    /** Resolves when the next request of that operation has come. */
    coming: name => new Promise(resolve => waiting.push({ name, resolve })),
    clear() {
      calls.length = 0
      faults.length = 0
      waiting.length = 0
    },
    close: () => {
      for (const socket of hanging) socket.destroy()
      server.closeAllConnections()
      return new Promise(resolve => server.close(resolve))
    },
  }
}
