/** SQL into a model: by the elaborator that `ballast dev` keeps warm, else by one of our own. */
import type { Context } from '../command.js'
import { compileOnce } from '../compile-once.js'
import { Failure, type Place } from '../failure.js'
import { bundleFiles, toolsHash } from '../tools.js'
import { placeAt } from '../source.js'
import { hashOf, readCached, writeCached } from './cache.js'
import { Elaborator, type Job, type JobResult, type Refused } from './elaborator.js'
import { extensionsIn } from './extensions.js'
import { introspectionQuery, modelOf, type Model } from './planner.js'
import type { Refusal } from './session.js'
import { askWarm } from './warm.js'

declare const PGLITE_VERSION: string

/** A text of SQL, and where it is from. */
export interface SqlText {
  text: string
  /** What messages call it where it is no file. */
  name: string
  /** The file, absolute. */
  file?: string | undefined
  /** Whether it is a statement that no transaction may hold. */
  alone?: boolean | undefined
}

/** How the texts are loaded, and what is done about one that PostgreSQL refuses. */
export interface ElaborateOptions {
  /** Whether what was loaded before may answer. */
  mayReuse?: boolean
  /** Says where a refused text came from. Unless given, that is the text's own file. */
  explain?: (refusal: Refusal, text: SqlText) => Promise<Failure> | Failure
}

// A statement of a plan can be shown; a whole schema is no help.
const kMaxShown = 2000

let own: Elaborator | undefined

/** The model of what these texts make in an empty database. */
export async function elaborate(
  context: Context,
  texts: readonly SqlText[],
  { mayReuse = true, explain = byFile(context) }: ElaborateOptions = {},
): Promise<Model> {
  const { cells, refused } = await runJob(context, await jobOf([texts], 0), mayReuse)
  if (refused === undefined) return modelOf(cells[0] ?? '')
  throw await failureOf(refused, texts, explain)
}

/**
 * The models of what these make, one after the other on top of the first, which is most of the work
 * and may be loaded already. At the first that PostgreSQL refuses it ends, with why.
 */
export async function elaborateOn(
  context: Context,
  first: readonly SqlText[],
  then: readonly (readonly SqlText[])[],
): Promise<(Model | Failure)[]> {
  const stages = [first, ...then]
  const { cells, refused } = await runJob(context, await jobOf(stages, 1), true)
  const explain = byFile(context)
  if (refused?.stage === 0) throw await failureOf(refused, first, explain)
  const made: (Model | Failure)[] = []
  for (const cell of cells) made.push(await modelOf(cell))
  if (refused === undefined) return made
  return [...made, await failureOf(refused, stages[refused.stage] ?? [], explain)]
}

/** Asks for the model after each stage from that one on. */
async function jobOf(stages: readonly (readonly SqlText[])[], asked: number): Promise<Job> {
  return {
    extensions: extensionsIn(stages.flat()),
    stages: stages.map((texts, index) => ({
      segments: texts.map(({ text, alone = false }) => {
        return { isAlone: alone, texts: [withoutMeta(text)] }
      }),
      isAsked: index >= asked,
    })),
    commits: false,
    query: await introspectionQuery(),
  }
}

async function failureOf(
  { refusal, segment }: Refused,
  texts: readonly SqlText[],
  explain: NonNullable<ElaborateOptions['explain']>,
): Promise<Failure> {
  const text = texts[segment]
  return text === undefined ? new Failure(refusal.message) : explain(refusal, text)
}

/** Runs a job, or finds what the same one gave before. */
export async function runJob(context: Context, job: Job, mayReuse: boolean): Promise<JobResult> {
  const key = hashOf([await toolsHash(), PGLITE_VERSION, JSON.stringify(job)])
  // Queries change more often than schemas do, and should not push those out.
  const name = `${job.describe === undefined ? 'models' : 'catalogs'}/${key}`
  const kept = mayReuse ? await readCached(name) : null
  if (kept !== null) return { cells: JSON.parse(new TextDecoder().decode(kept)) as string[] }
  const result = (await askWarm(context.config.root, job)) ?? (await runHere(context, job))
  if (result.refused === undefined) await writeCached(name, JSON.stringify(result.cells))
  return result
}

async function runHere({ screen, atEnd }: Context, job: Job): Promise<JobResult> {
  if (own === undefined) {
    compileOnce()
    const made = new Elaborator(() =>
      screen.note('Making a database cluster for PGlite, which is kept for the next time …'),
    )
    own = made
    atEnd(async () => {
      own = undefined
      await made.close()
    })
  }
  screen.status('loading the schema into PGlite …')
  try {
    return await own.run(job)
  } finally {
    screen.done()
  }
}

/** The commands to psql that pg_dump writes are no SQL; as blanks they leave all else in place. */
function withoutMeta(text: string): string {
  return text.replace(/^\\(?:un)?restrict\b[^\n]*/gm, line => ' '.repeat(line.length))
}

/** A failure with the place in the text's own file. */
function byFile(context: Context): (refusal: Refusal, text: SqlText) => Promise<Failure> {
  return async (refusal, text) => {
    const place = await placeOf(context, refusal, text)
    return refusalFailure(refusal, text, place)
  }
}

/** PostgreSQL's words about a text, as a failure. */
export function refusalFailure(
  { code, message, detail, hint }: Refusal,
  { name, file, text }: SqlText,
  place: Place | undefined,
): Failure {
  const isMeta = code === '42601' && /at or near "\\"/.test(message) && /^\\/m.test(text)
  return new Failure([
    {
      code,
      message: file === undefined ? `${name}: ${message}` : message,
      place,
      detail,
      hint,
      statement: file === undefined && text.length < kMaxShown ? text : undefined,
      advice: isMeta
        ? 'Commands that begin with a backslash are for psql. Leave them out.'
        : undefined,
    },
  ])
}

async function placeOf(
  context: Context,
  refusal: Refusal,
  { text, file }: SqlText,
): Promise<Place | undefined> {
  if (file === undefined) return undefined
  if (refusal.position !== undefined) return placeAt(file, text, offsetOf(text, refusal.position))
  // Of an error that comes up while a statement runs, only its number is known.
  const starts = await statementStarts(context, text)
  const start = starts[refusal.done]
  return start === undefined ? { file } : { file, ...start }
}

/** PostgreSQL counts characters from 1, JavaScript the halves of UTF-16. */
export function offsetOf(text: string, position: number): number {
  let offset = 0
  for (let left = position - 1; left > 0 && offset < text.length; left--) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return offset
}

/** Where each statement of a text begins; none where that cannot be told. */
export async function statementStarts(
  { config }: Context,
  text: string,
): Promise<{ line: number; column: number }[]> {
  const files = [{ path: '0000_schema.sql', text: withoutMeta(text) }]
  try {
    const { bundle } = await bundleFiles('', files, config)
    const segments = bundle.migrations.flatMap(migration => migration.segments)
    return segments.flatMap(({ statements, statement }) => {
      return [...(statements ?? []), ...(statement === undefined ? [] : [statement])]
    })
  } catch {
    // What no migration could be may still be a schema; only the place stays unknown.
    return []
  }
}
