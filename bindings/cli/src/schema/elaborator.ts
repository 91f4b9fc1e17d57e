/**
 * PostgreSQL as the one that says what a text means: SQL in, what the catalog then holds out. The
 * texts go into a transaction that is rolled back, so that one fresh database serves many times;
 * only what commits by itself uses a database up.
 */
import { Session, type Described, type Outcome, type Refusal } from './session.js'

// So many roles that a text speaks of are made for it; each costs another run.
const kMaxRoles = 200

/** Statements that belong together, each with nothing but its text. */
export interface Segment {
  /** Refused within a transaction. */
  isAlone: boolean
  texts: readonly string[]
}

/** What is to be loaded, as JSON that may travel to the elaborator that `ballast dev` keeps. */
export interface Job {
  extensions: readonly string[]
  segments: readonly Segment[]
  /** Run after the query, which is then asked again; the cell holds a `BothCells` as JSON. */
  then?: readonly Segment[] | undefined
  /** Whether a segment is a transaction of its own, as of migrations; else all are one. */
  commits: boolean
  /** What is asked at the end, of one cell, with an empty search_path. */
  query: string
  /** Statements that are then described; the cell holds a `DescribedCell` as JSON. */
  describe?: Describe | undefined
}

/** Statements, and the schemas whose names they may leave out. */
export interface Describe {
  searchPath: readonly string[]
  texts: readonly string[]
}

/** What was asked, and what was said of each statement. */
export interface DescribedCell {
  cell: string
  described: Described[]
  /** The names of all types in them, by oid. */
  types: Record<string, string>
}

/** What was asked, and what came of the texts that ran after that. */
export interface BothCells {
  cell: string
  then: JobResult
}

/** The cell, or which text was refused and why. */
export type JobResult =
  | { cell: string; refusal?: undefined }
  | { cell?: undefined; refusal: Refusal; segment: number; text: number }

/** A text that was refused. */
class Refused extends Error {
  readonly refusal: Refusal
  readonly segment: number
  readonly text: number
  /** Whether the transaction around it was still there. */
  readonly isOpen: boolean

  constructor(refusal: Refusal, isOpen: boolean, segment: number, text: number) {
    super(refusal.message)
    this.refusal = refusal
    this.isOpen = isOpen
    this.segment = segment
    this.text = text
  }
}

/** Takes one job after the other. */
export class Elaborator {
  readonly #onSlow: () => void
  #session: Session | null = null
  #isUsed = false
  #isTouched = false
  #last: Promise<unknown> = Promise.resolve()

  /** `onSlow` hears that a cluster has to be made first, which takes seconds. */
  constructor(onSlow: () => void = () => {}) {
    this.#onSlow = onSlow
  }

  /** Loads what the job holds and asks its query. */
  async run(job: Job): Promise<JobResult> {
    const turn = this.#last.then(() => this.#run(job))
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Makes ready for the next job, as far as it can be known what that wants. */
  async prepare(extensions: readonly string[]): Promise<void> {
    const turn = this.#last.then(() => this.#open(extensions))
    this.#last = turn.catch(() => {})
    await turn
  }

  async close(): Promise<void> {
    await this.#last
    await this.#discard()
  }

  async #run(job: Job): Promise<JobResult> {
    // What is rolled back has used up oids, and the catalog that queries are checked by has those.
    if (job.describe !== undefined && this.#isTouched) this.#isUsed = true
    const session = await this.#open(job.extensions)
    this.#isTouched = true
    try {
      return { cell: job.commits ? await this.#apply(session, job) : await this.#try(session, job) }
    } catch (error) {
      if (!(error instanceof Refused)) {
        // Whatever state it is in, the next job must not find it.
        await this.#discard().catch(() => {})
        throw error
      }
      const { refusal, segment, text } = error
      return { refusal, segment, text }
    }
  }

  async #open(extensions: readonly string[]): Promise<Session> {
    const wanted = new Set([...extensions, ...(this.#session?.extensions ?? [])])
    const has = wanted.size === (this.#session?.extensions.length ?? -1)
    if (this.#session === null || this.#isUsed || !has) {
      await this.#discard()
      this.#session = await Session.open([...wanted].sort(), this.#onSlow)
    }
    return this.#session
  }

  async #discard(): Promise<void> {
    const session = this.#session
    this.#session = null
    this.#isUsed = false
    this.#isTouched = false
    await session?.close()
  }

  /** All in one transaction, which is rolled back. */
  async #try(first: Session, job: Job): Promise<string> {
    let session = first
    const roles = new Set<string>()
    let now = mapped(job, segment => (segment.isAlone ? plainIndexes(segment) : segment))
    for (let isPlain = false; ; ) {
      await session.run('begin')
      const before = await session.value(kTransaction)
      try {
        for (const role of roles) await session.run(createRole(role))
        await runAll(session, now.segments)
        const cell = now.then === undefined ? await ask(session, now) : await askBoth(session, now)
        // A text that commits by itself has left something behind.
        if ((await session.value(kTransaction)) !== before) this.#isUsed = true
        return cell
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (!error.isOpen) this.#isUsed = true
        const missing = missingRole(error.refusal)
        if (missing !== null && !roles.has(missing) && roles.size < kMaxRoles) roles.add(missing)
        else if (error.refusal.code === kWithin && !isPlain) {
          isPlain = true
          now = mapped(job, plainIndexes)
        } else throw error
      } finally {
        await session.run('rollback')
      }
      if (this.#isUsed) session = await this.#open(job.extensions)
    }
  }

  /** Each segment as the migrator runs it. */
  async #apply(session: Session, job: Job): Promise<string> {
    this.#isUsed = true
    for (const [index, { isAlone, texts }] of job.segments.entries()) {
      for (let tries = 0; ; tries++) {
        try {
          if (!isAlone) await session.run('begin')
          for (const [at, text] of texts.entries()) refuse(await session.run(text), index, at)
          if (!isAlone) refuse(await session.run('commit'), index, texts.length - 1)
          break
        } catch (error) {
          await session.run('rollback')
          const missing = error instanceof Refused ? missingRole(error.refusal) : null
          if (missing === null || tries >= kMaxRoles) throw error
          refuse(await session.run(createRole(missing)), index, 0)
        }
      }
    }
    return ask(session, job)
  }
}

const kTransaction = 'select pg_current_xact_id()::text'
// A statement that no transaction may hold.
const kWithin = '25001'

function mapped(job: Job, change: (segment: Segment) => Segment): Job {
  return { ...job, segments: job.segments.map(change), then: job.then?.map(change) }
}

async function runAll(session: Session, segments: readonly Segment[]): Promise<void> {
  for (const [index, { texts }] of segments.entries()) {
    for (const [at, text] of texts.entries()) refuse(await session.run(text), index, at)
  }
}

/** Asks, runs what is to be run then, and asks again. What comes then may be refused. */
async function askBoth(session: Session, job: Job): Promise<string> {
  const both: BothCells = { cell: await ask(session, job), then: { cell: '' } }
  await session.run('reset search_path')
  try {
    await runAll(session, job.then ?? [])
    both.then = { cell: await ask(session, job) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { refusal, segment, text } = error
    // These are no matter of the text: it is run again as it has to be.
    if (missingRole(refusal) !== null || refusal.code === kWithin) throw error
    both.then = { refusal, segment, text }
  }
  return JSON.stringify(both)
}

async function ask(session: Session, { query, describe }: Job): Promise<string> {
  await session.run("select set_config('search_path', '', false)")
  const cell = await session.value(query)
  if (describe === undefined) return cell
  const path = describe.searchPath.map(name => `"${name.replaceAll('"', '""')}"`).join(', ')
  await session.run(`set search_path = ${path === '' ? "''" : path}`)
  const described: Described[] = []
  for (const text of describe.texts) described.push(await session.describe(text))
  const types = await typeNames(session, described)
  return JSON.stringify({ cell, described, types } satisfies DescribedCell)
}

async function typeNames(
  session: Session,
  described: readonly Described[],
): Promise<Record<string, string>> {
  const oids = described.flatMap(({ parameters, columns }) => {
    return [...parameters, ...columns.map(({ type }) => type)]
  })
  const list = `'{${[...new Set(oids)].join(',')}}'::oid[]`
  const query = `select json_object_agg(oid, format_type(oid, null)) from unnest(${list}) as oid`
  return (JSON.parse((await session.value(query)) || 'null') ?? {}) as Record<string, string>
}

function refuse({ refusal, isOpen }: Outcome, segment: number, text: number): void {
  if (refusal !== null) throw new Refused(refusal, isOpen, segment, text)
}

function missingRole({ code, message }: Refusal): string | null {
  return code === '42704' ? (/^role "([^]*)" does not exist$/.exec(message)?.[1] ?? null) : null
}

function createRole(name: string): string {
  return `create role "${name.replaceAll('"', '""')}"`
}

/** A schema says which indexes there are, and not how they are built: the word is blanked. */
function plainIndexes({ isAlone, texts }: Segment): Segment {
  const index = /(\b(?:create\s+(?:unique\s+)?|drop\s+)index\s+)(concurrently)\b/gi
  const detached = /(\bdetach\s+partition\s+[^;]*?)(concurrently)(?=\s*(?:;|$))/gi
  const plain = (_: string, before: string, word: string): string =>
    before + ' '.repeat(word.length)
  return {
    isAlone,
    texts: texts.map(text => text.replace(index, plain).replace(detached, plain)),
  }
}
