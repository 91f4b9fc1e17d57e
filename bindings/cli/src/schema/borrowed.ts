/**
 * What a Drizzle schema uses and cannot make: an extension, a function that a default calls, a
 * domain. The project's own migrations make it; an extension may also have been made by hand.
 */
import type { Context } from '../command.js'
import { extensionMissing } from './extensions.js'
import { folderModel } from './folder-model.js'
import { linesOf, withLines, type ModelLine } from './objects.js'
import { renderModel } from './planner.js'
import type { Refusal } from './session.js'

/** SQL that goes before a schema, and the ids of what it makes. */
export interface Borrowed {
  sql: string
  ids: readonly string[]
}

const kKinds = new Set([
  'extension',
  'schema',
  'domain',
  'composite',
  'range',
  'function',
  'procedure',
  'aggregate',
])

// PostgreSQL's codes for a schema, a table, a type or a function that is not there.
const kMissing = new Set(['3F000', '42P01', '42704', '42883'])

/** Whether a text was refused since something is missing that something else may make. */
export function isMissing({ code }: Refusal): boolean {
  return kMissing.has(code)
}

/** What the migrations make that stands on nothing which the schema makes itself. */
export async function borrowedFromFolder(context: Context, schema: string): Promise<Borrowed> {
  const model = await folderModel(context, { keep: false, mayAsk: false }).catch(() => null)
  if (model === null) return { sql: '', ids: [] }
  const left = new Map([...linesOf(model)].filter(([, line]) => kKinds.has(line.kind)))
  const isOwn = ({ kind, name = '' }: ModelLine): boolean =>
    kind === 'schema' && schema.includes(`create schema "${name.replaceAll('"', '""')}";`)
  for (const [id, line] of left) if (isOwn(line)) left.delete(id)
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const [id, { uses = [] }] of left) {
      if (!uses.every(use => left.has(use))) left.delete(id)
    }
  }
  const ids = [...left.keys()].filter(id => !id.startsWith('schema '))
  return { sql: ids.length === 0 ? '' : await renderModel(withLines(model, left), 18), ids }
}

/** SQL that makes the extension which a refused text lacks; null where that is none we know. */
export function borrowedExtension(refusal: Refusal): string | null {
  const name = extensionMissing(refusal)
  return name === undefined ? null : `create extension if not exists "${name}";`
}
