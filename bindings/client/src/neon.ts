import { batchBodyOf, bodyOf, statementOf } from './body.ts'
import type { FullQueryResults, NeonQueryFunction, NeonQueryInTransaction } from './client.ts'
import { warnIfBrowser } from './config.ts'
import type { Statement } from './events.ts'
import { expectMigration } from './expect.ts'
import { SqlTemplate, UnsafeRawSql } from './fragment.ts'
import type { Runners } from './guard.ts'
import type { AnyOptions, ClientOptions, TransactionOptions } from './options.ts'
import { NeonQueryPromise } from './promise.ts'
import type { QueryData } from './promise.ts'
import type { QueryResult } from './reply.ts'
import { send } from './send.ts'
import type { Call, Reply } from './send.ts'
import { DEFAULT_SETTINGS, decodeOf, settle } from './settings.ts'
import type { Settings } from './settings.ts'
import { registry } from './types.ts'

/**
 * A database, as a tag for templates: each query is one HTTP request, each transaction too.
 *
 * @example
 * const sql = neon(env.DATABASE_URL)
 * const users = await sql`select email from users where user_id = ${id}`
 * // [{ email: 'ada@example.org' }]
 * const [, inserted] = await sql.transaction([
 *   sql`update accounts set balance = balance - ${amount} where account_id = ${from}`,
 *   sql`insert into transfers (source, amount) values (${from}, ${amount}) returning *`,
 * ])
 */
export function neon<ArrayMode extends boolean = false, FullResults extends boolean = false>(
  connectionString: string, options?: TransactionOptions<ArrayMode, FullResults> & ClientOptions,
): NeonQueryFunction<ArrayMode, FullResults>
export function neon<ArrayMode extends boolean = false, FullResults extends boolean = false>(
  options: TransactionOptions<ArrayMode, FullResults> & ClientOptions,
): NeonQueryFunction<ArrayMode, FullResults>
export function neon(
  first: string | AnyOptions, second?: AnyOptions,
): NeonQueryFunction<boolean, boolean> {
  const options = typeof first === 'object' && first !== null
    ? first
    : { connectionString: first, ...second }
  if (options.disableWarningInBrowsers !== true) warnIfBrowser()
  const settings = settle(DEFAULT_SETTINGS, options)
  const { expect, check, onViolation } = options
  const { query, batch } = check?.guard(runners, onViolation) ?? runners

  // Shared by every query, so that making a query makes one object and no function.
  const run = (
    data: QueryData | QueryData[], own?: AnyOptions | AnyOptions[],
  ): Promise<unknown> =>
    Array.isArray(data)
      ? batch(settings, data, data.map((_, i) => within(settings, (own as AnyOptions[])?.[i])))
      : query(within(settings, own as AnyOptions | undefined), data)

  const execute: typeof run = expect === undefined
    ? run
    : async (data, own) => {
      await expected(options, expect, run)
      return run(data, own)
    }

  // Not methods: wrappers take `sql.query` off its object and call it alone.
  const members = {
    query(text: string, params: unknown[] = [], own?: AnyOptions) {
      if (typeof text !== 'string') throw new TypeError(QUERY_ADVICE)
      return new NeonQueryPromise(execute, { query: text, params }, own)
    },
    unsafe: (rawSQL: string) => new UnsafeRawSql(rawSQL),
  }

  function sql(strings: TemplateStringsArray, ...values: unknown[]): unknown {
    if (!Array.isArray(strings) || !Array.isArray(strings.raw)) throw new TypeError(TAG_ADVICE)
    return new NeonQueryPromise(execute, new SqlTemplate(strings, values))
  }

  const transaction = async (
    queries: TransactionInput, own?: TransactionOptions<boolean, boolean>,
  ): Promise<unknown[]> => {
    const list = typeof queries === 'function'
      ? queries(Object.assign(tagOf(sql), members))
      : queries
    if (!Array.isArray(list) || !list.every(query => query instanceof NeonQueryPromise)) {
      throw new TypeError(TRANSACTION_ADVICE)
    }
    if (expect !== undefined) await expected(options, expect, run)
    const held = within(settings, own)
    const each = list.map(({ opts }) => within(held, opts))
    return batch(held, list.map(({ queryData }) => queryData), each)
  }

  const client: unknown = Object.assign(sql, members, { transaction })
  return client as NeonQueryFunction<boolean, boolean>
}

// What this isolate has seen of a database: a migration that is there stays there.
const seen = new Map<unknown, Map<string, Promise<void>>>()

/** Resolves once the journal was seen to hold a migration; it is asked once. */
function expected(
  { connectionString, host }: AnyOptions, tag: string,
  run: (data: QueryData, own?: AnyOptions) => Promise<unknown>,
): Promise<void> {
  const database = connectionString ?? host
  const tags = seen.get(database) ?? new Map<string, Promise<void>>()
  seen.set(database, tags)
  const query = (text: string, params: unknown[], own: AnyOptions): Promise<unknown> =>
    run({ query: text, params }, own)
  let found = tags.get(tag)
  if (found === undefined) {
    found = expectMigration({ query }, tag)
    tags.set(tag, found)
    // Whoever asks next asks the database again.
    found.catch(() => tags.delete(tag))
  }
  return found
}

const TAG_ADVICE = 'sql is a tag for templates: write sql`select ${id}`, not sql(\'select $1\', ' +
  '[id]). For text with placeholders call sql.query(\'select $1\', [id]).'
const QUERY_ADVICE = 'sql.query() takes the text of a query and its parameters: ' +
  'sql.query(\'select $1\', [id]). A template is a query by itself: sql`select ${id}`.'
const TRANSACTION_ADVICE = 'sql.transaction() takes an array of queries of this package, or a ' +
  'function (not async) that returns one: sql.transaction([sql`…`, sql`…`]).'

const BLOCKS_ADVICE = 'rowMode: \'blocks\' is for single queries: a transaction is over before ' +
  'its results are read.'

type TransactionInput =
  | NeonQueryInTransaction[]
  | ((sql: object) => NeonQueryInTransaction[])

type Tag = (strings: TemplateStringsArray, ...values: unknown[]) => unknown

/** A tag of its own, for members that the original must not get. */
function tagOf(sql: Tag): Tag {
  return (strings, ...values) => sql(strings, ...values)
}

/** The settings with what a query or a transaction says by itself. */
function within(settings: Settings, own: AnyOptions | undefined): Settings {
  return own === undefined ? settings : settle(settings, own)
}

/** Not async: that would be one promise more for every query. */
function runQuery(settings: Settings, data: QueryData): Promise<unknown> {
  return send({
    settings,
    body: bodyOf(data),
    statements: settings.onEvent === undefined ? NONE : [statementOf(data)],
    decode: decodeOf(settings),
    shape: shapeQuery,
    batchHeaders: undefined,
  })
}

const NONE: readonly Statement[] = []

async function runBatch(
  settings: Settings, data: readonly QueryData[], each: readonly Settings[],
): Promise<unknown[]> {
  if (each.some(({ decode }) => decode.rowMode === 'blocks')) throw new TypeError(BLOCKS_ADVICE)
  const results = await send({
    settings,
    body: batchBodyOf(data),
    statements: settings.onEvent === undefined ? NONE : data.map(statementOf),
    decode: each.map(decodeOf),
    shape: reply => (reply as QueryResult[]).map((result, i) => shape(result, each[i] ?? settings)),
    batchHeaders: batchHeadersOf(settings),
  })
  return results as unknown[]
}

const runners: Runners = { query: runQuery, batch: runBatch }

function batchHeadersOf(
  { isolationLevel, readOnly, deferrable }: Settings,
): Record<string, string> {
  const headers: Record<string, string> = {}
  if (isolationLevel !== undefined) headers['Neon-Batch-Isolation-Level'] = isolationLevel
  if (readOnly !== undefined) headers['Neon-Batch-Read-Only'] = String(readOnly)
  if (deferrable !== undefined) headers['Neon-Batch-Deferrable'] = String(deferrable)
  return headers
}

function shapeQuery(reply: Reply, { settings }: Call): unknown {
  return shape(reply as QueryResult, settings)
}

function shape(result: QueryResult, settings: Settings): unknown {
  const { fields, rows, command, rowCount, rowAsArray } = result
  settings.look?.(fields)
  if (!settings.fullResults) return rows
  const types = settings.types ?? registry
  return {
    // A caller may do with its description what it wants; ours is shared.
    fields: fields.map(field => ({ ...field })),
    rows,
    command,
    rowCount,
    rowAsArray,
    viaNeonFetch: true,
    _parsers: fields.map(field => types.getTypeParser(field.dataTypeID, 'text') as unknown),
    _types: types,
  } as FullQueryResults<boolean, unknown>
}
