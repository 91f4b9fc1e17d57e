/**
 * Drizzle on Ballast: `drizzle()` as `drizzle-orm/neon-http` has it, for drizzle-orm 0.45 and 1.0,
 * without `@neondatabase/serverless`.
 *
 * @example
 * import { drizzle } from 'ballast/drizzle'
 *
 * const db = drizzle(env.DATABASE_URL, { schema })
 * const users = await db.select().from(schema.users)
 *
 * @module
 */
import { entityKind } from 'drizzle-orm/entity'
import { DefaultLogger } from 'drizzle-orm/logger'
import { NeonHttpSession } from 'drizzle-orm/neon-http/session'
import { PgRemoteDatabase, drizzle as pgProxy } from 'drizzle-orm/pg-proxy'
import type { NeonQueryFunction } from './client.ts'
import { drizzleCodecs } from './drizzle-codecs.ts'
import { neon } from './neon.ts'
import type { AnyOptions, QueryOptions, Untyped, ValueOrFunction } from './options.ts'
import { registry } from './types.ts'
import type { CustomTypesConfig } from './types.ts'

type AnyClient = NeonQueryFunction<boolean, boolean>
type Config = Record<string, Untyped>

// Drizzle makes its own values of these, and to the microsecond, so it must get their text:
// date, timestamp, timestamptz, interval and their arrays, and numeric[].
const AS_TEXT = new Set([1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231])

const textTypes: CustomTypesConfig = {
  getTypeParser: oid => AS_TEXT.has(oid) ? (text: string) => text : registry.getTypeParser(oid),
}

/** What Drizzle's session calls of a client, with options that every call gets. */
function clientWith(client: AnyClient, always: AnyOptions): unknown {
  return {
    query: (text: string, params?: unknown[], options?: QueryOptions<boolean, boolean>) =>
      client.query(text, params, { ...options, ...always }),
    transaction: (queries: Untyped, options?: AnyOptions) =>
      client.transaction(queries, { ...options, ...always }),
  }
}

class Database extends PgRemoteDatabase<Record<string, never>> {
  static override readonly [entityKind] = 'NeonHttpDatabase'

  /** This database with a JWT, which its queries and batches carry, and no others. */
  declare $withAuth: (token: ValueOrFunction<string>) => Database

  /** Several queries in one request and one transaction. */
  batch(queries: Untyped): Promise<Untyped> {
    return (this as Untyped).session.batch(queries)
  }
}

function construct(client: AnyClient, config: Config = {}): Untyped {
  // Drizzle's proxy driver knows how this version of Drizzle reads its configuration. Its own
  // session is thrown away.
  const proxyConfig: Config = { ...config, codecs: config['codecs'] ?? drizzleCodecs() }
  const blank: Untyped = pgProxy(unreachable, proxyConfig)
  const { dialect, _: { schema, fullSchema, tableNamesMap, relations } } = blank
  const tables = relations ?? (schema && { schema, fullSchema, tableNamesMap })
  const options = {
    ...config,
    logger: config['logger'] === true ? new DefaultLogger() : config['logger'] || undefined,
  }
  const open = (always: AnyOptions): Database => {
    const inner: Untyped = clientWith(client, always)
    const session: Untyped = new NeonHttpSession(inner, dialect, tables, options)
    const db: Untyped = new Database(dialect, session, tables)
    db.$withAuth = (authToken: ValueOrFunction<string>) => open({ ...always, authToken })
    db.$client = client
    db.$cache = blank.$cache ?? db.$cache
    return db
  }
  return open({ types: textTypes })
}

async function unreachable(): Promise<never> {
  throw new Error('Drizzle asked the proxy driver, whose session is not in use.')
}

function open(first: string | AnyClient | Config, second?: Config): Untyped {
  if (typeof first === 'string') return construct(neon(first), second)
  if (typeof first === 'function') return construct(first as AnyClient, second)
  const { connection, client, ...config } = first as Config
  if (client !== undefined) return construct(client, config)
  if (typeof connection === 'string') return construct(neon(connection), config)
  const { connectionString, ...options } = connection ?? {}
  return construct(neon(connectionString, options), config)
}

/**
 * A Drizzle database on `neon()`: takes a connection string, a client, or a configuration with
 * `connection` or `client`, as `drizzle-orm/neon-http` does.
 *
 * @example
 * const db = drizzle(env.DATABASE_URL)
 * const db2 = drizzle({ client: neon(env.DATABASE_URL, { timeoutMs: 5000 }), schema })
 */
export const drizzle = /* @__PURE__ */ Object.assign(open, {
  mock: (config?: Config) => construct({} as AnyClient, config),
}) as unknown as typeof import('drizzle-orm/neon-http').drizzle
