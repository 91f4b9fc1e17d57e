/** The extensions that a text asks for, and where PGlite has them. */
import type { Extension } from '@electric-sql/pglite'

import { extensionOf } from '../drizzle/column.js'
import { Failure, type Place } from '../failure.js'
import { placeAt } from '../source.js'
import type { Refusal } from './session.js'

// Those that PGlite ships, by the name that SQL calls them.
const kContrib = new Set(
  (
    'amcheck bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance file_fdw ' +
    'fuzzystrmatch hstore intarray isn lo ltree moddatetime pageinspect pg_buffercache ' +
    'pg_freespacemap pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto ' +
    'seg tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp'
  ).split(' '),
)

// An extension may bring the one that it is made of: CREATE EXTENSION … CASCADE.
const kNeeds: Readonly<Record<string, readonly string[]>> = { earthdistance: ['cube'] }

const kCreate =
  /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"((?:[^"]|"")+)"|([a-z_][\w$]*))/gi

// Of extensions that are often made by hand, the functions that schemas call.
const kFunctions: readonly [RegExp, string][] = [
  [/^uuid_(generate_v|nil|ns_)/, 'uuid-ossp'],
  [/^(crypt|gen_salt|gen_random_bytes|digest|hmac|pgp_\w+)$/, 'pgcrypto'],
  [/^((strict_)?word_)?similarity$|^show_trgm$/, 'pg_trgm'],
  [/^unaccent$/, 'unaccent'],
]

const kNotThere =
  /^(type|operator class|access method|function) "?(?:\w+\.)?(\w+)"?.* does not exist/

/** The extension that has what a text was refused for, where it is one that we know. */
export function extensionMissing({ message }: Refusal): string | undefined {
  const [, kind, name = ''] = kNotThere.exec(message) ?? []
  if (kind === 'function') return kFunctions.find(([pattern]) => pattern.test(name))?.[1]
  return /^(hnsw|ivfflat)$/.test(name) ? 'vector' : extensionOf(name)
}

/** A text of SQL, and the file that it is from, if it is from one. */
export interface Source {
  text: string
  file?: string | undefined
}

/** The extensions that PGlite has to be opened with. Fails where it has no such extension. */
export function extensionsIn(sources: readonly Source[]): string[] {
  const found = new Set<string>()
  for (const { text, file } of sources) {
    for (const match of withoutComments(text).matchAll(kCreate)) {
      const name = match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').toLowerCase()
      if (name === 'plpgsql') continue
      if (name !== 'vector' && !kContrib.has(name)) {
        throw unknown(name, file === undefined ? undefined : placeAt(file, text, match.index))
      }
      for (const each of [name, ...(kNeeds[name] ?? [])]) found.add(each)
    }
  }
  return [...found].sort()
}

/** Comments as blanks, so that places stay what they are. */
function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ')
  return text.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, found =>
    found.startsWith("'") ? found : blank(found),
  )
}

function unknown(name: string, place: Place | undefined): Failure {
  const all = ['vector', ...kContrib].sort().join(', ')
  return new Failure([
    {
      code: '0A000',
      message: `the extension "${name}" cannot be loaded here`,
      place,
      detail: `Schemas are loaded into PGlite, which has ${all}.`,
      advice:
        'Migrations that you write yourself may use any extension that the database has: ' +
        '`ballast generate --custom`.',
    },
  ])
}

/** The modules of these extensions, for PGlite to be opened with. */
export async function loadExtensions(names: readonly string[]): Promise<Record<string, Extension>> {
  const loaded: Record<string, Extension> = {}
  for (const name of names) {
    const key = name.replaceAll('-', '_')
    const module = (await import(
      name === 'vector' ? '@electric-sql/pglite-pgvector' : `@electric-sql/pglite/contrib/${key}`
    )) as Record<string, Extension>
    const extension = module[key]
    if (extension !== undefined) loaded[key] = extension
  }
  return loaded
}
