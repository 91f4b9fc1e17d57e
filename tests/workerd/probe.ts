/**
 * A Worker that does what a test asks of the client, from its sources, so that the core's own
 * figures can be read in the isolate that holds it.
 */
import { coreStats, trapForTest } from '../../bindings/client/src/core.ts'
import { BallastError, neon } from '../../bindings/client/src/index.ts'

interface Env {
  DATABASE_URL: string
}

interface Job {
  text: string
  params?: unknown[]
  options?: Record<string, unknown>
  times?: number
}

/** An error as a test wants to see it. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof BallastError)) return { unnamed: String(error) }
  const { name, code, message, status, requestId, fate, attempts } = error
  return { name, code, message, status, requestId, fate, attempts }
}

async function attempt(work: () => Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: describe(error) }
  }
}

async function answer(request: Request, env: Env): Promise<unknown> {
  const { pathname } = new URL(request.url)
  if (pathname === '/stats') return coreStats()
  if (pathname === '/trap') {
    return attempt(async () => {
      trapForTest()
      return null
    })
  }
  const { text, params = [], options = {}, times = 1 } = (await request.json()) as Job
  const sql = neon(env.DATABASE_URL, options)
  if (pathname === '/parallel') {
    const all = Array.from({ length: times }, (_, n) =>
      attempt(async () => sql.query(text, [String(n)])),
    )
    return Promise.all(all)
  }
  if (pathname === '/transaction') {
    return attempt(async () =>
      sql.transaction(Array.from({ length: times }, () => sql.query(text, params))),
    )
  }
  if (pathname === '/size') {
    return attempt(async () => {
      const rows = await sql.query(text, params)
      return Array.isArray(rows) ? rows.length : null
    })
  }
  return attempt(async () => sql.query(text, params))
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    return Response.json(await answer(request, env))
  },
}
