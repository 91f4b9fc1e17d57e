/** What becomes of a folder when the migrations of a branch are put behind those of another. */
import { failure } from './failure.js'
import type { FolderFile } from './folder.js'
import { forkFindings } from './folder-findings.js'
import { downOf, isConflicted, journalFile, parseJournal, readHistory } from './folder-history.js'
import { snapshotOf, type History, type HistoryEntry, type JournalEntry } from './folder-history.js'
import type { Base, Repository } from './rebase-git.js'
import { journalEntries, movesOf, type Move } from './rebase-plan.js'
import { parentsOf, parseSnapshot, rechained } from './rebase-snapshots.js'
import type { OwnSnapshot, Snapshot } from './rebase-snapshots.js'

/** What is known when it begins. */
export interface RebaseInput {
  folder: string
  files: readonly FolderFile[]
  git: Repository
  base: Base
  /** Migrations that a database has, which keep their names. */
  applied: ReadonlySet<string>
  now: number
}

/** What is to be done. */
export interface Rebased {
  /** The migrations of this branch, in order, whether their names change or not. */
  moves: readonly Move[]
  /** Texts by paths within the folder; null takes a file away. */
  changes: ReadonlyMap<string, string | null>
  notes: readonly string[]
}

/** Works out the folder as it should be; nothing is written. */
export async function rebased(input: RebaseInput): Promise<Rebased> {
  return new Rebase(input, readHistory(input.files)).run()
}

/** A migration of this branch, as the commit that brought it has it. */
interface Own extends HistoryEntry {
  entry: JournalEntry | null
  own: OwnSnapshot | null
}

class Rebase {
  readonly #input: RebaseInput
  readonly #history: History
  readonly #texts: ReadonlyMap<string, string>
  readonly #changes = new Map<string, string | null>()
  readonly #notes: string[] = []
  #basePaths: ReadonlySet<string> = new Set()

  constructor(input: RebaseInput, history: History) {
    this.#input = input
    this.#history = history
    this.#texts = new Map(input.files.map(({ path, text }) => [path, text]))
  }

  async run(): Promise<Rebased> {
    const { git, base, folder, files, applied, now } = this.#input
    const history = this.#history
    this.#basePaths = new Set(await git.paths(base.commit))
    const baseJournal = await this.#baseJournal()
    const theirs = this.#baseEntries(baseJournal)
    const tags = new Set(theirs.map(({ tag }) => tag))
    const own = await this.#ownOf(tags)
    const isForked = forkFindings(folder, files, history).length > 0
    const lost = own.filter(({ tag }) => !history.migrations.some(each => each.tag === tag))
    const missing = theirs.filter(({ tag }) => !history.migrations.some(each => each.tag === tag))
    const none = { moves: [], changes: new Map<string, string>(), notes: [] }
    if (own.length === 0 && !isForked) return none
    const kept = own.filter(({ tag }) => applied.has(tag))
    const rest = own.filter(({ tag }) => !applied.has(tag))
    const moves = movesOf([...theirs, ...kept], rest, now)
    const isMoved = moves.some(({ from, to }) => from !== to)
    if (!isForked && !isMoved && lost.length + missing.length === 0) return none
    this.#refuseConflicts()
    this.#refuseKept(theirs, kept)
    this.#moveFiles(rest, moves)
    await this.#restore(theirs)
    const all = [...kept.map(({ tag }) => ({ from: tag, to: tag })), ...moves]
    if (history.format === 'v7') this.#writeJournal(baseJournal, [...kept, ...rest], all)
    await this.#writeSnapshots(theirs, [...kept, ...rest], all)
    this.#dropUnchanged()
    return { moves: all, changes: this.#changes, notes: this.#notes }
  }

  async #baseJournal(): Promise<readonly JournalEntry[]> {
    const { git, base } = this.#input
    if (this.#history.format !== 'v7') return []
    const text = await git.text(base.commit, journalFile)
    return text === null ? [] : (parseJournal(text)?.entries ?? [])
  }

  /** The migrations of the other branch, in order. */
  #baseEntries(journal: readonly JournalEntry[]): HistoryEntry[] {
    const files = [...this.#basePaths].map((path): FolderFile => ({ path, text: '' }))
    const isJournal = this.#history.format === 'v7'
    const read = readHistory(files.filter(({ path }) => path !== journalFile))
    if (!isJournal) return [...read.migrations]
    return journal.map(({ tag }) => ({
      tag,
      file: `${tag}.sql`,
      hasFile: this.#basePaths.has(`${tag}.sql`),
      hasDown: this.#basePaths.has(`${tag}.down.sql`),
      number: /^\d+/.exec(tag)?.[0] ?? '',
    }))
  }

  /**
   * The migrations of this branch. A journal that was merged by taking one side names those of the
   * other no more, so a file is one where the journal of the commit that brought it says so.
   */
  async #ownOf(theirs: ReadonlySet<string>): Promise<Own[]> {
    const { migrations, strays, format, journal } = this.#history
    const named = migrations.filter(({ tag, hasFile }) => !theirs.has(tag) && hasFile)
    const lost = format === 'v7' ? strays.filter(file => !this.#basePaths.has(file)) : []
    const own: Own[] = []
    for (const each of named) {
      const entry = journal?.entries.find(({ tag }) => tag === each.tag) ?? null
      own.push({ ...each, entry, own: await this.#ownSnapshot(each.tag, each.file) })
    }
    for (const file of lost) {
      const tag = file.slice(0, -'.sql'.length)
      const entry = await this.#entryAtOrigin(tag, file)
      if (entry === null) continue
      const hasDown = this.#texts.has(downOf(file))
      const number = /^\d+/.exec(tag)?.[0] ?? ''
      const snapshot = await this.#ownSnapshot(tag, file)
      own.push({ tag, file, hasFile: true, hasDown, number, entry, own: snapshot })
    }
    return format === 'v7' ? own.sort((a, b) => (a.entry?.when ?? 0) - (b.entry?.when ?? 0)) : own
  }

  async #entryAtOrigin(tag: string, file: string): Promise<JournalEntry | null> {
    const { git } = this.#input
    const commit = await git.origin(file)
    const text = commit === null ? null : await git.text(commit, journalFile)
    const entries = text === null ? [] : (parseJournal(text)?.entries ?? [])
    return entries.find(each => each.tag === tag) ?? null
  }

  /** The snapshot of a migration of this branch as it was made, and the one before it. */
  async #ownSnapshot(tag: string, file: string): Promise<OwnSnapshot | null> {
    const { format } = this.#history
    if (format === 'plain') return null
    const { git } = this.#input
    const path = this.#snapshotPath(tag)
    const commit = await git.origin(file)
    const here = this.#texts.get(path) ?? null
    const text = commit === null ? here : ((await git.text(commit, path)) ?? here)
    const snapshot = parseSnapshot(text)
    if (snapshot === null) return null
    if (format === 'v9') return { snapshot, parent: null }
    const paths = commit === null ? [...this.#texts.keys()] : await git.paths(commit)
    for (const other of paths.filter(each => /snapshot\.json$/.test(each) && each !== path)) {
      const read =
        commit === null ? (this.#texts.get(other) ?? null) : await git.text(commit, other)
      const parent = parseSnapshot(read)
      if (parent !== null && parentsOf(snapshot).includes(parent.id)) return { snapshot, parent }
    }
    return { snapshot, parent: null }
  }

  #snapshotPath(tag: string): string {
    return this.#history.format === 'v7' ? snapshotOf(tag) : `${tag}/snapshot.json`
  }

  #refuseConflicts(): void {
    const file = this.#history.conflicts.find(path => path.endsWith('.sql'))
    if (file === undefined) return
    throw failure(
      `${file} holds the marks of a merge conflict: both branches have a migration of this name`,
      'Keep the one of the branch that you merged in, save the other one under another name, ' +
        'then run `ballast rebase` again.',
    )
  }

  /** Two that share a number, and that both have to keep it, cannot be told apart by Drizzle. */
  #refuseKept(theirs: readonly HistoryEntry[], kept: readonly Own[]): void {
    const { base } = this.#input
    for (const { tag, number } of kept) {
      const other = theirs.find(each => each.number !== '' && each.number === number)
      if (other === undefined) continue
      throw failure(
        `${tag} is applied to the database, and ${other.tag} is on ${base.ref}: both keep a name`,
        'Without --database it is renamed, and a database that has it knows it by its contents; ' +
          'or undo it there first: `ballast undo`.',
      )
    }
  }

  #moveFiles(rest: readonly Own[], moves: readonly Move[]): void {
    for (const [index, { file, tag }] of rest.entries()) {
      const to = moves[index]?.to ?? tag
      if (to === tag) continue
      const target = file.endsWith('/migration.sql') ? `${to}/migration.sql` : `${to}.sql`
      this.#moveFile(file, target)
      this.#moveFile(downOf(file), downOf(target))
      if (file.endsWith('/migration.sql'))
        this.#moveFile(`${tag}/snapshot.json`, `${to}/snapshot.json`)
    }
  }

  #moveFile(from: string, to: string): void {
    const text = this.#texts.get(from)
    if (text === undefined) return
    this.#changes.set(to, text)
    // One that moved before may have taken this place.
    if (typeof this.#changes.get(from) !== 'string') this.#changes.set(from, null)
  }

  /** The files of the other branch as they are there, where the merge made something else. */
  async #restore(theirs: readonly HistoryEntry[]): Promise<void> {
    const { git, base } = this.#input
    for (const { tag, file } of theirs) {
      const path = this.#snapshotPath(tag)
      const wanted = [...(this.#texts.has(file) ? [] : [file]), path]
      for (const each of wanted) {
        if (!this.#basePaths.has(each)) continue
        const text = await git.text(base.commit, each)
        if (text !== null) this.#changes.set(each, text)
      }
    }
  }

  #writeJournal(
    before: readonly JournalEntry[],
    own: readonly Own[],
    moves: readonly Move[],
  ): void {
    const { now } = this.#input
    const breakpoints = before.at(-1)?.['breakpoints'] ?? true
    const all = own.map(({ entry, tag }, index) => ({
      entry: entry ?? { idx: 0, version: '7', when: 0, tag, breakpoints },
      move: moves[index] ?? { from: tag, to: tag },
    }))
    const entries = journalEntries(before, all, now)
    const { rest = {} } = this.#history.journal ?? {}
    this.#changes.set(journalFile, JSON.stringify({ ...rest, entries }, null, 2))
  }

  async #writeSnapshots(
    theirs: readonly HistoryEntry[],
    own: readonly Own[],
    moves: readonly Move[],
  ): Promise<void> {
    const { format } = this.#history
    if (format === 'plain') return
    const before: Snapshot[] = []
    for (const { tag } of theirs) {
      const path = this.#snapshotPath(tag)
      const found = parseSnapshot(this.#changes.get(path) ?? this.#texts.get(path) ?? null)
      if (found !== null) before.push(found)
    }
    const known = own.filter(each => each.own !== null)
    const made = rechained(format, before, known.map(each => each.own).filter(isThere))
    const kept = new Set(theirs.map(({ tag }) => this.#snapshotPath(tag)))
    for (const { tag } of own) {
      const path = this.#snapshotPath(tag)
      if (!kept.has(path) && this.#texts.has(path)) this.#changes.set(path, null)
    }
    for (const [index, { tag }] of known.entries()) {
      const to = moves.find(({ from }) => from === tag)?.to ?? tag
      const text = JSON.stringify(made[index], null, 2)
      this.#changes.set(this.#snapshotPath(to), text)
    }
    for (const { tag, own: snapshot } of own) {
      if (snapshot === null && before.length > 0) {
        this.#notes.push(`${tag} has no snapshot of Drizzle's, as before.`)
      }
    }
  }

  #dropUnchanged(): void {
    for (const [path, text] of this.#changes) {
      const now = this.#texts.get(path) ?? null
      if (now === text && (text === null || !isConflicted(text))) this.#changes.delete(path)
    }
  }
}

function isThere<T>(value: T | null): value is T {
  return value !== null
}
