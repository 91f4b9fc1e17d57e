/** A Drizzle schema as what is wanted. Its files are only loaded again when one has changed. */
import { existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import type { Context } from '../command.js'
import { Failure } from '../failure.js'
import type { Roles } from '../drizzle/config.js'
import type { Casing } from '../drizzle/names.js'
import { whereIs } from '../drizzle/script.js'
import type { DrizzleSql } from '../drizzle/to-sql.js'
import { shortPath } from '../source.js'
import { borrowedExtension, borrowedFromFolder, isMissing, type Borrowed } from './borrowed.js'
import { hashOf, readCached, writeCached } from './cache.js'
import type { DesiredModel } from './desired.js'
import { elaborate, offsetOf, refusalFailure, statementStarts } from './elaborate.js'
import type { ElaborateOptions, SqlText } from './elaborate.js'
import type { Model } from './planner.js'
import type { Refusal } from './session.js'

declare const VERSION: string

/** What of Drizzle's configuration says which schema is meant. */
export interface DrizzleInput {
  schema: readonly string[]
  casing: Casing | null
  tablesFilter: readonly string[]
  schemaFilter: readonly string[]
}

type Input = DrizzleInput & { roles: Roles; extensionsFilters: readonly string[] }

/** The SQL of a schema, and the files it was made of with the hashes that they had. */
interface Kept {
  inputs: [string, string][]
  made: DrizzleSql
}

/** The schema that these files export. */
export async function drizzleModel(context: Context, input: Input): Promise<DesiredModel> {
  const made = await drizzleSql(context, input)
  for (const note of made.notes) context.screen.warn({ code: null, message: note })
  const name = input.schema.map(shortPath).join(', ')
  const own = { text: made.sql, name }
  const explain = explanation(context, made, name)
  const { model, texts, borrowed } = await onBorrowed(context, own, explain)
  const { tablesFilter, schemaFilter, roles } = input
  const { outside, naming } = made
  const filters = { tablesFilter, schemaFilter, hasRoles: roles !== false }
  return { ...model, name, limits: { outside, borrowed, ...filters }, naming, texts }
}

type Explain = NonNullable<ElaborateOptions['explain']>

/** Says of a refused text which part of the schema it came from. */
function explanation(context: Context, made: DrizzleSql, name: string): Explain {
  return async (refusal, text) => {
    const { position, done } = refusal
    // Without a position it came up while a statement ran, and only its number is known.
    const line =
      position === undefined
        ? (await statementStarts(context, text.text))[done]?.line
        : text.text.slice(0, offsetOf(text.text, position)).split('\n').length
    const origin = line === undefined ? undefined : whereIs(made.where, line)
    const place = origin?.file === undefined ? undefined : { file: origin.file }
    const failure = refusalFailure(refusal, text, place)
    const statement = line === undefined ? undefined : text.text.split('\n')[line - 1]
    return new Failure(
      failure.findings.map(finding => ({
        ...finding,
        message: `${origin?.what ?? name}: ${refusal.message}`,
        statement: statement?.trim(),
      })),
    )
  }
}

/** Loads a schema; where it is refused without them, on top of what it uses and cannot make. */
async function onBorrowed(
  context: Context,
  own: SqlText,
  explain: Explain,
): Promise<{ model: Model; texts: SqlText[]; borrowed: readonly string[] }> {
  const before: string[] = []
  let folder: Borrowed | null = null
  for (;;) {
    let refusal: Refusal | undefined
    let isOwn = true
    const texts = [...before.map(text => ({ text, name: 'what the migrations make' })), own]
    try {
      const model = await elaborate(context, texts, {
        explain: (found, text) => {
          refusal = found
          isOwn = text === own
          return explain(found, text)
        },
      })
      return { model, texts, borrowed: folder?.ids ?? [] }
    } catch (error) {
      if (refusal === undefined || !isOwn || !isMissing(refusal)) throw error
      const extension = borrowedExtension(refusal)
      if (folder === null) {
        folder = await borrowedFromFolder(context, own.text)
        if (folder.sql !== '') before.push(folder.sql)
        else if (extension !== null) before.unshift(extension)
        else throw error
      } else if (extension !== null && !before.includes(extension)) before.unshift(extension)
      else throw error
    }
  }
}

async function drizzleSql({ screen, config }: Context, input: Input): Promise<DrizzleSql> {
  const { schema, casing, tablesFilter, schemaFilter } = input
  const wanted = [schema, casing, tablesFilter, schemaFilter]
  const key = hashOf([VERSION, config.root, JSON.stringify(wanted)])
  const kept = await readKept(`drizzle/${key}`)
  if (kept !== null) return kept
  screen.status('loading the Drizzle schema …')
  const { loadSchema } = await import('../drizzle/load.js')
  const { toSql } = await import('../drizzle/to-sql.js')
  const loaded = await loadSchema(schema)
  screen.done()
  const made = toSql(loaded, { casing, tablesFilter, schemaFilter })
  await keep(`drizzle/${key}`, [...loaded.inputs, ...(await surroundings(schema))], made)
  return made
}

async function readKept(name: string): Promise<DrizzleSql | null> {
  const bytes = await readCached(name)
  if (bytes === null) return null
  try {
    const { inputs, made } = JSON.parse(new TextDecoder().decode(bytes)) as Kept
    const same = await Promise.all(
      inputs.map(async ([file, hash]) => hashOf([await readFile(file)]) === hash),
    )
    return same.every(each => each) ? made : null
  } catch {
    // A file is gone.
    return null
  }
}

async function keep(name: string, files: readonly string[], made: DrizzleSql): Promise<void> {
  const inputs: [string, string][] = []
  for (const file of new Set(files)) {
    const bytes = await readFile(file)
    // What a schema takes from its surroundings may change without any file changing.
    if (/\bprocess\b|\bimport\.meta\.env\b/.test(bytes.toString()) && !isPackage(file)) return
    inputs.push([file, hashOf([bytes])])
  }
  await writeCached(name, JSON.stringify({ inputs, made } satisfies Kept))
}

function isPackage(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}

/** What else has a say: which drizzle-orm it is, and the aliases of TypeScript. */
async function surroundings(schema: readonly string[]): Promise<string[]> {
  const [first] = schema
  if (first === undefined) return []
  const found: string[] = []
  const from = await realpath(first)
  try {
    found.push(createRequire(from).resolve('drizzle-orm/package.json'))
  } catch {
    // A version that does not show its manifest; what it exports is loaded all the same.
  }
  for (let at = dirname(from); dirname(at) !== at; at = dirname(at)) {
    const config = join(at, 'tsconfig.json')
    if (existsSync(config)) found.push(config)
  }
  return found
}
