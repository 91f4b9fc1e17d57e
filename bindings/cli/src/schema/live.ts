/** What a database has, as the elaborator prints it. */
import { connectionAdvice } from '../advice.js'
import type { Context } from '../command.js'
import { Failure } from '../failure.js'
import { elaborate } from './elaborate.js'
import { linesOf, withLines } from './objects.js'
import { introspectionQuery, modelOf, renderModel, type Model } from './planner.js'

/** The schema of the database at `url`. One request is sent, which only reads. */
export async function liveModel(
  context: Context,
  url: string,
  options: { mayReuse?: boolean } = {},
): Promise<Model> {
  const found = withoutJournal(await introspect(context, url), context.config.drizzle)
  // Each major version prints views, defaults and constraints in its own way: only what one and
  // the same server has printed can be compared.
  const sql = await renderModel(found, 18)
  const text = { text: sql, name: "the database's schema" }
  const model = await elaborate(context, [text], {
    ...options,
    explain: ({ code, message, detail, hint }) =>
      new Failure([
        {
          code,
          message: `the database's schema cannot be loaded into PGlite: ${message}`,
          detail,
          hint,
        },
      ]),
  })
  return { ...model, unmodelled: found.unmodelled }
}

/** Drizzle's own table is no part of any schema, wherever the project keeps it. */
function withoutJournal(model: Model, kept: Context['config']['drizzle']): Model {
  if (kept === null) return model
  const { schema, table } = kept
  const lines = linesOf(model)
  for (const [id, line] of lines) {
    const isTable = line.kind === 'table' && line.name === table
    const owner = line['owned_by'] as string[] | undefined
    const isPart = line.table === table || owner?.[1] === table
    if (line.schema === schema && (isTable || isPart)) lines.delete(id)
  }
  const isEmpty = ![...lines.values()].some(line => line.schema === schema)
  if (isEmpty && schema !== 'public') {
    for (const [id, line] of lines) {
      if (line.kind === 'schema' && line.name === schema) lines.delete(id)
    }
  }
  return withLines(model, lines)
}

async function introspect({ screen, signal }: Context, url: string): Promise<Model> {
  screen.status("reading the database's schema …")
  try {
    const { neon } = await import('ballast')
    const sql = neon(url, { fetchOptions: { signal } })
    const [, rows] = await sql.transaction(
      [sql`select set_config('search_path', '', true)`, sql.query(await introspectionQuery())],
      { readOnly: true, rowMode: 'object', types: asText },
    )
    const [row] = rows as Record<string, unknown>[]
    const [cell] = Object.values(row ?? {})
    if (typeof cell !== 'string') throw new Failure('the database did not tell its schema')
    return await modelOf(cell)
  } catch (error) {
    throw error instanceof Failure ? error : requestFailure(error)
  } finally {
    screen.done()
  }
}

// The cell is JSON that only the core reads: as text it need not be parsed twice.
const asText = { getTypeParser: () => (text: string) => text }

function requestFailure(error: unknown): Failure {
  const { code, message, detail, hint } = error as Partial<Record<string, string>>
  const said = { code: code ?? null, message: message ?? String(error), detail, hint }
  return new Failure([{ ...said, advice: connectionAdvice(code) }])
}
