/** The HTTP side: routes, `POST /sql`, and the door to the WebSocket side. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { WebSocketServer } from 'ws'

import type { Branches } from './api/index.js'
import type { Backend } from './backend.js'
import { readBody } from './body.js'
import type { Chaos, Fate } from './chaos.js'
import { authenticate, type Credentials } from './credentials.js'
import { CancelledError, EndpointError, errorBody, responseTooLarge } from './errors.js'
import type { DevEvent } from './events.js'
import { execute } from './execute.js'
import { parsePayload } from './payload.js'
import { batchHeaders, readConnection, readOptions } from './request.js'
import { WireConnection } from './websocket.js'

/** What a server needs to know. */
export interface ServerOptions {
  backend: Backend
  credentials: Credentials
  /** Branches with databases of their own, and the API that manages them. */
  branches: Branches | undefined
  chaos: Chaos
  maxRequest: number
  maxResponse: number
  onEvent(event: DevEvent): void
  /** Hears the texts that ran. */
  onQueries(texts: readonly string[]): void
}

type Env = { Bindings: HttpBindings }

const kPreflight = {
  allow: 'OPTIONS, POST',
  'access-control-allow-origin': '*',
  'access-control-allow-headers':
    'Authorization, Neon-Connection-String, Neon-Raw-Text-Output, Neon-Array-Mode, ' +
    'Neon-Pool-Opt-In, Neon-Batch-Read-Only, Neon-Batch-Isolation-Level',
  'access-control-max-age': '86400',
}

interface Reply {
  status: number
  headers: Record<string, string>
  body: string
}

function reply(status: number, body: string, extra: Record<string, string> = {}): Reply {
  const headers = {
    ...extra,
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
  }
  return { status, headers, body }
}

/** Aborts when the client goes away before it has its answer. */
function goneSignal({ outgoing }: HttpBindings): AbortSignal {
  const controller = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) controller.abort()
  })
  return controller.signal
}

/** Answers one `POST /sql`, apart from the faults that are about the connection. */
async function answer(c: Context<Env>, fate: Fate, options: ServerOptions): Promise<Reply> {
  try {
    const connection = readConnection(c.req.raw.headers)
    const request = readOptions(c.req.raw.headers)
    const signal = goneSignal(c.env)
    const payload = parsePayload(await readBody(c.env.incoming, options.maxRequest))
    const { branches, credentials } = options
    const target = branches?.target(connection.options, connection.database, credentials)
    authenticate(connection, target?.credentials ?? credentials)
    if (fate.fault === '500') throw new EndpointError(500, 'Control plane request failed')
    // A limit below zero is passed by whatever the statements return.
    const limit = fate.fault === '507' ? -1 : options.maxResponse
    const backend = target?.backend ?? options.backend
    const after = await target?.before(payload.statements)
    const run = execute(backend, payload, request, limit, signal)
    const body = await run.finally(() => after?.())
    options.onQueries(payload.statements.map(each => each.query))
    return reply(200, body, payload.batch ? batchHeaders(request) : {})
  } catch (error) {
    if (error instanceof CancelledError) {
      const message = 'Query cancelled, connection was terminated'
      return reply(400, JSON.stringify({ message, code: '08P01' }))
    }
    if (!(error instanceof EndpointError)) throw error
    const shown = error.status === 507 ? responseTooLarge(options.maxResponse) : error
    return reply(error.status, errorBody(shown))
  }
}

/** Sends the head and half of the body, and breaks the connection. */
function truncate({ outgoing }: HttpBindings, { status, headers, body }: Reply, id: string): void {
  const bytes = Buffer.from(body)
  outgoing.writeHead(status, { ...headers, 'neon-request-id': id, 'content-length': bytes.length })
  outgoing.write(bytes.subarray(0, bytes.length >> 1), () => outgoing.destroy())
}

async function sql(c: Context<Env>, id: string, options: ServerOptions): Promise<Response> {
  const fate = options.chaos.next()
  const started = performance.now()
  const { ordinal, fault, delayMs } = fate
  if (delayMs > 0) {
    options.onEvent({ event: 'fault', ordinal, fault: 'delay', ms: delayMs })
    await sleep(delayMs)
  }
  if (fault !== undefined) options.onEvent({ event: 'fault', ordinal, fault })
  if (fault === 'drop-before') {
    c.env.outgoing.destroy()
    return RESPONSE_ALREADY_SENT
  }
  const result = await answer(c, fate, options)
  const ms = Math.round(performance.now() - started)
  options.onEvent({ event: 'request', ordinal, status: result.status, ms })
  if (fault === 'drop-after') {
    c.env.outgoing.destroy()
    return RESPONSE_ALREADY_SENT
  }
  if (fault === 'truncate') {
    truncate(c.env, result, id)
    return RESPONSE_ALREADY_SENT
  }
  return new Response(result.body, { status: result.status, headers: result.headers })
}

function routes(options: ServerOptions): Hono<Env> {
  const app = new Hono<Env>()
  if (options.branches !== undefined) app.route('/api/v2', options.branches.routes())
  app.post('/sql', async c => {
    const id = randomUUID()
    const response = await sql(c, id, options)
    if (response !== RESPONSE_ALREADY_SENT) response.headers.set('neon-request-id', id)
    return response
  })
  app.options('/sql', () => {
    const headers = { ...kPreflight, 'neon-request-id': randomUUID() }
    return new Response(null, { status: 200, headers })
  })
  app.notFound(() => {
    const headers = { 'content-type': 'application/json', 'neon-request-id': randomUUID() }
    return new Response('"query is not supported"', { status: 400, headers })
  })
  app.onError(error => {
    options.onEvent({ event: 'failure', message: error.message })
    const headers = { 'content-type': 'application/json', 'neon-request-id': randomUUID() }
    return new Response(JSON.stringify({ msg: error.message }), { status: 500, headers })
  })
  return app
}

/** A server that is not listening yet, and what ends it. */
export interface EndpointServer {
  server: Server
  /** Finishes what runs, refuses what is new. */
  close(): Promise<void>
}

/** Builds the server. */
export function makeServer(options: ServerOptions): EndpointServer {
  const server = createAdaptorServer({ fetch: routes(options).fetch }) as Server
  const sockets = new WebSocketServer({ noServer: true })
  const wires = new Set<WireConnection>()
  sockets.on('headers', headers => headers.push(`neon-request-id: ${randomUUID()}`))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.handleUpgrade(request, socket, head, webSocket => {
      const wire = new WireConnection(webSocket, request, options)
      wires.add(wire)
      void wire.done.then(() => wires.delete(wire))
    })
  })
  const close = async (): Promise<void> => {
    const closed = new Promise(resolve => server.close(resolve))
    server.closeIdleConnections()
    // Connections that are kept alive become idle only when their last answer is sent.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    for (const wire of wires) wire.shutDown()
    await Promise.all([...wires].map(wire => wire.done))
    await closed
    clearInterval(sweep)
  }
  return { server, close }
}
