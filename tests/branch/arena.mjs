// The stand-in in front of a real PostgreSQL, behind a proxy that judges all that is said.
import assert from 'node:assert/strict'
import { startDev } from '../../bindings/cli/dist/dev.js'
import { ballast, startBallast } from '../support/command.mjs'
import { rows } from '../support/endpoint.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { startProxy } from './proxy.mjs'

const key = 'test-key-of-the-api'
const password = 'test-password'

/**
 * Starts it. `env` is what a person would set; `run` runs the command and sees to it that nothing
 * secret is in what it prints.
 */
export async function startArena() {
  const server = await startPostgres()
  const failures = []
  const dev = await startDev({
    postgres: server.url,
    api: true,
    apiKey: key,
    password,
    onEvent: event => event.event === 'failure' && failures.push(event.message),
  })
  const proxy = await startProxy(dev.api.host)
  const env = {
    NEON_API_HOST: proxy.host,
    NEON_API_KEY: key,
    NEON_PROJECT_ID: dev.api.project,
    DATABASE_URL: dev.databaseUrl,
  }
  const started = []
  const watched = { shown: '' }
  return {
    dev,
    env,
    key,
    proxy,
    project: dev.api.project,
    /** Rows of a query, on the branch that a connection string leads to. */
    rows: (query, url = dev.databaseUrl) => rows({ ...dev, databaseUrl: url }, query),
    async run(project, args, more = {}) {
      const done = await ballast(project, args, { env: { ...env, ...more.env }, cwd: more.cwd })
      watched.shown += done.out + done.err
      if (!more.secret) mustHide(done.out + done.err)
      return done
    },
    start(project, args, more = {}) {
      const run = startBallast(project, args, { env: { ...env, ...more.env } })
      started.push(run)
      return run
    },
    /** Asks the stand-in itself, past the proxy and its faults. */
    async ask(method, path, body) {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }
      const reply = await fetch(`${dev.api.host}${path}`, init)
      const text = await reply.text()
      return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    async names() {
      const { body } = await this.ask('GET', `/projects/${dev.api.project}/branches`)
      return body.branches.map(({ name }) => name).sort()
    },
    async close() {
      for (const { child } of started) child.kill('SIGKILL')
      await proxy.close()
      await dev.close()
      await server.stop()
    },
    /** All that passed the proxy was as Neon's OpenAPI file says. */
    mustConform() {
      assert.deepEqual(proxy.wrong, [])
      assert.deepEqual(failures, [])
    },
  }
}

/** Neither the key nor a password is in a text. */
export function mustHide(text) {
  for (const secret of [key, password]) assert.ok(!text.includes(secret), `a secret in: ${text}`)
}
