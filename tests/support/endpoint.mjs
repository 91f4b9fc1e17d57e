// A local Neon endpoint for the tests, on PGlite or on a real PostgreSQL, and how to talk to it.
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'

import { startDev } from '../../bindings/cli/dist/dev.js'
import { startPostgres } from './postgres.mjs'

const build = fileURLToPath(new URL('../../build/', import.meta.url))

/** Making a cluster is slow: all tests copy this one. */
export const template = `${build}pglite-template`

/** The two backends, for tests that run on both. */
export const backends = ['pglite', 'postgres']

/**
 * Starts an endpoint. `opts` are those of `startDev`; with `server`, that PostgreSQL is used and
 * left running.
 */
export async function startEndpoint(backend, opts = {}) {
  const { server: given, ...options } = opts
  if (backend === 'pglite') return startDev({ data: null, template, ...options })
  const server = given ?? (await startPostgres())
  try {
    const dev = await startDev({ postgres: server.url, ...options })
    const close = async () => {
      await dev.close()
      if (given === undefined) await server.stop()
    }
    return { ...dev, close }
  } catch (error) {
    if (given === undefined) await server.stop()
    throw error
  }
}

/** Sends a body to `POST /sql` and returns status, headers, text and, if it is JSON, the value. */
export async function post(dev, body, headers = {}) {
  const response = await fetch(dev.url, {
    method: 'POST',
    headers: { 'neon-connection-string': dev.databaseUrl, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  })
  const text = await response.text()
  let json
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: response.status, headers: response.headers, text, json }
}

/** One query with raw text in arrays, as drivers ask; returns the rows. */
export async function rows(dev, query, params = []) {
  const headers = { 'neon-raw-text-output': 'true', 'neon-array-mode': 'true' }
  const reply = await post(dev, { query, params }, headers)
  if (reply.status !== 200) throw new Error(`${reply.status}: ${reply.text}`)
  return reply.json.rows
}

/** Takes away what migrations have made, so that the next test finds an empty database. */
export async function clear(dev) {
  for (const schema of ['ballast', 'drizzle', 'public']) {
    await rows(dev, `drop schema if exists ${schema} cascade`)
  }
  await rows(dev, 'create schema public')
}

/** Runs the same tests on both backends; `endpoint()` is the running one. */
export function onBoth(title, define, opts = {}) {
  for (const backend of backends) {
    describe(`${title}, on ${backend}`, () => {
      let dev
      before(async () => {
        dev = await startEndpoint(backend, opts)
      })
      define(() => dev, backend)
      // Last, so that what the tests clean up still finds the endpoint.
      after(() => dev?.close())
    })
  }
}
