/**
 * PostgreSQL as the one that says what a text means: SQL in, what the catalog then holds out. The
 * texts go into a transaction that is rolled back, so that one fresh database serves many times;
 * only what commits by itself uses a database up. It is rolled back no further than to where the
 * next job begins otherwise than the last one did.
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

/** What is loaded in one go, on top of what was loaded before it. */
export interface Stage {
  segments: readonly Segment[]
  /** Whether the query is asked after it. */
  isAsked: boolean
}

/** What is to be loaded, as JSON that may travel to the elaborator that `ballast dev` keeps. */
export interface Job {
  extensions: readonly string[]
  stages: readonly Stage[]
  /** Whether a segment is a transaction of its own, as of migrations; else all are one. */
  commits: boolean
  /** What is asked, of one cell, with an empty search_path. */
  query: string
  /** Statements that are described after the query; its cell then is a `DescribedCell` as JSON. */
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

/** The answers, and which text was refused, if one was: after it nothing is asked. */
export interface JobResult {
  cells: readonly string[]
  refused?: Refused | undefined
}

/** A text that PostgreSQL refuses, and where in the job it is. */
export interface Refused {
  refusal: Refusal
  stage: number
  segment: number
  text: number
}

/** Ends a job at the text that was refused. */
class Stop extends Error {
  readonly refused: Refused
  /** Whether the transaction around it was still there. */
  readonly isOpen: boolean

  constructor(refused: Refused, isOpen: boolean) {
    super(refused.refusal.message)
    this.refused = refused
    this.isOpen = isOpen
  }
}

/** What was loaded, and what was answered after it, if that was asked. */
interface Loaded {
  key: string
  cell: string | null
}

/** What a job's texts need and do not say. */
interface Help {
  roles: Set<string>
  /** Whether indexes are made without CONCURRENTLY. */
  isPlain: boolean
  /** Whether there are no savepoints, behind which a new value of an enum may not be used. */
  isFlat: boolean
}

/** Takes one job after the other. */
export class Elaborator {
  readonly #onSlow: () => void
  #session: Session | null = null
  #isUsed = false
  #isTouched = false
  // All of it is in one transaction, with a savepoint after each, and stays there for the next job.
  #loaded: Loaded[] = []
  #help: Help = { roles: new Set(), isPlain: false, isFlat: false }
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
    const cells: string[] = []
    try {
      if (job.commits) cells.push(await this.#apply(session, job))
      else await this.#try(session, job, cells)
      return { cells }
    } catch (error) {
      if (error instanceof Stop) return { cells, refused: error.refused }
      // Whatever state it is in, the next job must not find it.
      await this.#discard().catch(() => {})
      throw error
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
    this.#loaded = []
    await session?.close()
  }

  /** All in one transaction. A job that begins with what is loaded goes on from there. */
  async #try(first: Session, job: Job, cells: string[]): Promise<void> {
    let session = first
    let kept = this.#inCommon(job)
    if (kept === 0) this.#help = { roles: new Set(), isPlain: false, isFlat: false }
    for (let isOwn = true; ; ) {
      try {
        await this.#load(session, job, kept, cells)
        // What only a later stage needed is not there when a first one is loaded by itself.
        if (!isOwn || this.#isUsed || this.#help.isFlat) await this.#unload(session)
        return
      } catch (error) {
        if (!(error instanceof Stop)) throw error
        if (!error.isOpen) this.#isUsed = true
        await this.#unload(session)
        if (!this.#canHelp(error.refused.refusal)) throw error
        isOwn &&= error.refused.stage === 0
      }
      kept = cells.length = 0
      if (this.#isUsed) session = await this.#open(job.extensions)
    }
  }

  /** How many of a job's stages are loaded, all that it asks of them but the last one answered. */
  #inCommon(job: Job): number {
    let count = 0
    for (const stage of job.stages) {
      const loaded = this.#loaded[count]
      if (loaded?.key !== keyOf(job, stage)) break
      count++
      if (stage.isAsked && loaded.cell === null) break
    }
    return count
  }

  /** Loads the stages after those that are kept. */
  async #load(session: Session, job: Job, kept: number, cells: string[]): Promise<void> {
    if (kept > 0) await session.run(`rollback to savepoint ${savepoint(kept - 1)}`)
    else {
      await session.run('rollback')
      await session.run('begin')
      for (const role of this.#help.roles) await session.run(createRole(role))
    }
    this.#loaded.length = kept
    const before = await session.value(kTransaction)
    for (const [index, stage] of job.stages.entries()) {
      if (index >= kept) {
        if (index > 0) await session.run('reset search_path')
        await runAll(session, this.#asItCanBe(stage), index)
        this.#loaded.push({ key: keyOf(job, stage), cell: null })
        // A text that commits by itself has left something behind.
        if ((await session.value(kTransaction)) !== before) this.#isUsed = true
        else if (!this.#help.isFlat) await session.run(`savepoint ${savepoint(index)}`)
      }
      const loaded = this.#loaded[index]
      if (!stage.isAsked || loaded === undefined) continue
      loaded.cell ??= await ask(session, job)
      cells.push(loaded.cell)
    }
  }

  #asItCanBe({ segments }: Stage): Segment[] {
    return segments.map(each => (each.isAlone || this.#help.isPlain ? plainIndexes(each) : each))
  }

  /** Whether it may go well otherwise: with a role that is missing, with indexes made plainly. */
  #canHelp(refusal: Refusal): boolean {
    const { roles, isPlain, isFlat } = this.#help
    const missing = missingRole(refusal)
    if (missing !== null && !roles.has(missing) && roles.size < kMaxRoles) roles.add(missing)
    else if (refusal.code === kWithin && !isPlain) this.#help.isPlain = true
    else if (refusal.code === kUnsafeValue && !isFlat) this.#help.isFlat = true
    else return false
    return true
  }

  async #unload(session: Session): Promise<void> {
    this.#loaded = []
    await session.run('rollback')
  }

  /** Each segment as the migrator runs it. */
  async #apply(session: Session, job: Job): Promise<string> {
    await this.#unload(session)
    this.#isUsed = true
    const segments = job.stages.flatMap(stage => stage.segments)
    for (const [index, { isAlone, texts }] of segments.entries()) {
      for (let tries = 0; ; tries++) {
        try {
          if (!isAlone) await session.run('begin')
          for (const [at, text] of texts.entries()) refuse(await session.run(text), 0, index, at)
          if (!isAlone) refuse(await session.run('commit'), 0, index, texts.length - 1)
          break
        } catch (error) {
          await session.run('rollback')
          const missing = error instanceof Stop ? missingRole(error.refused.refusal) : null
          if (missing === null || tries >= kMaxRoles) throw error
          refuse(await session.run(createRole(missing)), 0, index, 0)
        }
      }
    }
    return ask(session, job)
  }
}

const kTransaction = 'select pg_current_xact_id()::text'
// A statement that no transaction may hold.
const kWithin = '25001'
// A value of an enum that comes new where PostgreSQL cannot tell that its type does so, too.
const kUnsafeValue = '55P04'

function savepoint(stage: number): string {
  return `"ballast ${stage}"`
}

function keyOf({ query }: Job, { segments }: Stage): string {
  return JSON.stringify([query, segments])
}

async function runAll(
  session: Session,
  segments: readonly Segment[],
  stage: number,
): Promise<void> {
  for (const [index, { texts }] of segments.entries()) {
    for (const [at, text] of texts.entries()) refuse(await session.run(text), stage, index, at)
  }
}

async function ask(session: Session, { query, describe }: Job): Promise<string> {
  await session.run("select set_config('search_path', '', false)")
  const cell = await session.ask(query)
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

function refuse(
  { refusal, isOpen }: Outcome,
  stage: number,
  segment: number,
  text: number,
): void {
  if (refusal !== null) throw new Stop({ refusal, stage, segment, text }, isOpen)
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
