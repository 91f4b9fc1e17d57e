import { neon } from 'ballast'
import { Problem } from './errors.ts'

/** What wrangler binds: one secret, the database's address. */
export interface Env {
  DATABASE_URL: string
}

/** What a route's context carries. */
export interface App {
  Bindings: Env
}

/** How long a request may wait for the database, retries included. */
const timeoutMs = 10_000

/** A client for this request. It holds no connection, so there is nothing to close. */
export function database(env: Env): ReturnType<typeof connect> {
  if (!env.DATABASE_URL) {
    throw new Problem(
      500,
      'not-configured',
      'DATABASE_URL is not set. Run `wrangler secret put DATABASE_URL`.',
    )
  }
  return connect(env.DATABASE_URL)
}

// Rows are asked for as objects, each query names its row's type.
function connect(url: string) {
  return neon(url, { timeoutMs })
}
