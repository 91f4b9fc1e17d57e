/** The modules that are written for the program: its schema, its verified queries, their types. */
import type { Accepted, CheckSchema } from 'ballast/check'
import { queryHash } from 'ballast/verified'

import { quoteJs } from '../schema/schema-ts-names.js'

/** A query that is right, with its types. */
export interface VerifiedQuery {
  text: string
  facts: Accepted
  /** Null where it returns no rows. */
  row: string | null
  params: string
}

// Several commands write them, and all the same.
const kHeader = '// Written by `ballast check`; do not edit.\n'

/** The text of `schema.js`. */
export function schemaModule(schema: Required<CheckSchema>): string {
  const { version, postgres, searchPath, migration, migrations, hash, text } = schema
  const list = (names: readonly string[]): string => `[${names.map(quoteJs).join(', ')}]`
  // The text as lines, so that a review shows what has changed.
  return `${kHeader}export const schema = {
  version: ${version},
  postgres: ${postgres},
  searchPath: ${list(searchPath)},
  migration: ${migration === null ? 'null' : quoteJs(migration)},
  migrations: ${list(migrations)},
  hash: ${quoteJs(hash)},
  text: \`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&').replaceAll('\r', '\\r')}\`,
}
`
}

/** The text of `schema.d.ts`. */
export function schemaTypes(): string {
  return (
    `${kHeader}import type { CheckSchema } from 'ballast/check'\n\n` +
    'export declare const schema: CheckSchema\n'
  )
}

/** The text of `verified.js`: what a Worker has to know of each query, and no more. */
export function verifiedModule(
  { postgres, migration, migrations, hash }: Required<CheckSchema>,
  queries: readonly VerifiedQuery[],
): string {
  const types: string[] = []
  const typeOf = (type: string, oid: number): number => {
    // What is a database's own has another oid in the next one.
    const entry = `[${quoteJs(type)}, ${oid < kFirstOwn ? oid : 0}]`
    const at = types.indexOf(entry)
    return at >= 0 ? at : types.push(entry) - 1
  }
  const lines = queries.map(({ text, facts }) => {
    const parameters = facts.parameters.map(({ type, oid }) => typeOf(type, oid))
    const columns = facts.columns.map(({ name, type, oid, modifier }) => {
      const last = modifier === -1 ? '' : `, ${modifier}`
      return `[${quoteJs(name)}, ${typeOf(type, oid)}${last}]`
    })
    const flags = facts.readOnly ? 1 : 0
    const value = `[${flags}, [${parameters.join(', ')}], [${columns.join(', ')}]]`
    return `    '${queryHash(text)}': ${value},\n`
  })
  return `${kHeader}export const queries = {
  version: 1,
  postgres: ${postgres},
  migration: ${migration === null ? 'null' : quoteJs(migration)},
  migrations: [${migrations.map(quoteJs).join(', ')}],
  schema: ${quoteJs(hash)},
  types: [
${types.map(type => `    ${type},\n`).join('')}  ],
  queries: {
${[...new Set(lines)].sort().join('')}  },
}
`
}

// The first oid that is no built-in object's.
const kFirstOwn = 16384

/** The text of `verified.d.ts`. */
export function verifiedTypes(): string {
  return (
    `${kHeader}import type { VerifiedQueries } from 'ballast/verified'\n\n` +
    'export declare const queries: VerifiedQueries\n'
  )
}

/** The text of `queries.d.ts`: rows and parameters by text, for `sql.query('…')`. */
export function queryTypes(queries: readonly VerifiedQuery[]): string {
  const entries = new Map(
    queries.map(({ text, row, params }) => [
      text,
      `    ${quoteJs(text)}: {\n      row: ${row ?? 'Record<string, never>'}\n` +
        `      params: ${params}\n    }\n`,
    ]),
  )
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  return `${kHeader}import 'ballast'

declare module 'ballast' {
  interface QueryTypes {
${sorted.join('')}  }
}
`
}

/** The texts that a `queries.d.ts` declares. */
export function textsIn(declared: string): string[] {
  const keys = declared.matchAll(/^ {4}'((?:[^'\\\n]|\\.)*)': \{$/gm)
  return [...keys].map(([, inner = '']) => {
    const json = inner.replace(/\\.|"/g, found => {
      if (found === '"') return '\\"'
      return found === "\\'" ? "'" : found
    })
    return JSON.parse(`"${json}"`) as string
  })
}
