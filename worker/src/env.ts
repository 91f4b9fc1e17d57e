import { neon, type OnViolation } from 'ballast'
import { check } from './check.ts'
import { Problem } from './errors.ts'

/** What wrangler binds for migrations. What is missing is refused, not guessed. */
export interface MigrateEnv {
  /** The database's address for a role that may change its tables. */
  MIGRATE_DATABASE_URL?: string
  /** The name of this deployment, which the database keeps as well: `production`, `staging`. */
  ENVIRONMENT?: string
  /** Who has it may apply migrations, and read how things stand. */
  MIGRATE_TOKEN?: string
  /** Who has it may only read. */
  MIGRATE_STATUS_TOKEN?: string
  /** Who has it may undo. */
  MIGRATE_UNDO_TOKEN?: string
  /** Counts wrong tokens. */
  MIGRATE_LIMIT?: RateLimit
  /** Which version of the Worker this is, for the journal of migrations. */
  VERSION?: WorkerVersionMetadata
}

/** What wrangler binds: the database's address for a role that only reads and writes rows. */
export interface Env extends MigrateEnv {
  DATABASE_URL: string
}

/** What a route's context carries. */
export interface App {
  Bindings: Env
}

/** How long a request may wait for the database, retries included. */
const timeoutMs = 10_000

/**
 * A client for this request. It holds no connection, so there is nothing to close. A query that is
 * wrong by the schema is refused where the database is known to have that schema, else sent and
 * reported: what is deployed must not depend on a file being current.
 */
export function database(env: Env, onViolation?: OnViolation): ReturnType<typeof connect> {
  if (!env.DATABASE_URL) {
    throw new Problem(
      500,
      'not-configured',
      'DATABASE_URL is not set. Run `wrangler secret put DATABASE_URL`.',
    )
  }
  return connect(env.DATABASE_URL, onViolation)
}

// Rows are asked for as objects, each query names its row's type.
function connect(url: string, onViolation: OnViolation | undefined) {
  return neon(url, { timeoutMs, check, onViolation })
}
