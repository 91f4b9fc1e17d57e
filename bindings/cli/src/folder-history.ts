/**
 * The history that a folder of migrations tells: what comes after what, and where two branches have
 * each gone on. It reads a folder that a merge has left broken, too, so that it can be mended.
 */
import { isSnapshot, type FolderFile } from './folder.js'

/** How the folder is laid out. */
export type Format = 'v7' | 'v8' | 'v9' | 'plain'

/** An entry of Drizzle's journal. */
export interface JournalEntry {
  idx: number
  when: number
  tag: string
  [key: string]: unknown
}

/** A migration by its files; paths are relative to the folder. */
export interface HistoryEntry {
  tag: string
  file: string
  hasFile: boolean
  hasDown: boolean
  /** The digits that its name begins with. */
  number: string
}

/** A snapshot of Drizzle's, as a link of its chain. */
export interface SnapshotLink {
  file: string
  id: string
  prevIds: readonly string[]
}

/** Drizzle's journal, which may be the two that a merge has not put together. */
export interface Journal {
  file: string
  entries: readonly JournalEntry[]
  /** What else it says, such as its dialect. */
  rest: Readonly<Record<string, unknown>>
  isForked: boolean
  isReadable: boolean
}

export interface History {
  format: Format
  /** In the order in which they are applied. */
  migrations: readonly HistoryEntry[]
  journal: Journal | null
  snapshots: readonly SnapshotLink[]
  /** Files that hold the marks of a merge conflict. */
  conflicts: readonly string[]
  /** Files of SQL that are no migration: that no journal names, or without a number. */
  strays: readonly string[]
}

export const journalFile = 'meta/_journal.json'

const kMarks = /^(?:<{7}|>{7}) /m

/** Whether a text holds the marks of a merge conflict. */
export function isConflicted(text: string): boolean {
  return kMarks.test(text)
}

/** Reads the history of a folder out of its files. */
export function readHistory(files: readonly FolderFile[]): History {
  const paths = new Set(files.map(({ path }) => path))
  const conflicts = files.filter(({ text }) => isConflicted(text)).map(({ path }) => path)
  const isFolders = files.some(({ path }) => /^[^/]+\/migration\.sql$/.test(path))
  const journal = files.find(({ path }) => path === journalFile)
  const snapshots = readSnapshots(files)
  const common = { conflicts, snapshots }
  if (journal !== undefined) {
    const read = readJournal(journal.text)
    const named = new Set(read.entries.map(({ tag }) => `${tag}.sql`))
    return {
      ...common,
      format: 'v7',
      journal: read,
      migrations: read.entries.map(({ tag }) => entryOf(tag, `${tag}.sql`, paths)),
      strays: sqlFiles(paths).filter(path => !named.has(path)),
    }
  }
  if (isFolders) {
    const found = [...paths].filter(path => /^[^/]+\/migration\.sql$/.test(path)).sort()
    const isOld = files.some(
      ({ path, text }) => path.endsWith('/snapshot.json') && versionOf(text) === '8',
    )
    return {
      ...common,
      format: isOld ? 'v8' : 'v9',
      journal: null,
      migrations: found.map(path => entryOf(path.slice(0, -'/migration.sql'.length), path, paths)),
      strays: [],
    }
  }
  const all = sqlFiles(paths)
  const numbered = all.filter(path => /^\d/.test(path))
  return {
    ...common,
    format: 'plain',
    journal: null,
    migrations: numbered
      .map(path => entryOf(path.slice(0, -'.sql'.length), path, paths))
      .sort((a, b) => compareNumbers(a.number, b.number) || (a.tag < b.tag ? -1 : 1)),
    strays: all.filter(path => !/^\d/.test(path)),
  }
}

/** Compares numbers of however many digits. */
export function compareNumbers(a: string, b: string): number {
  const [x, y] = [BigInt(a === '' ? '0' : a), BigInt(b === '' ? '0' : b)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Where the snapshot of a migration of v7 is. */
export function snapshotOf(tag: string): string {
  return `meta/${/^\d+/.exec(tag)?.[0] ?? tag}_snapshot.json`
}

/** Where the down of a migration is. */
export function downOf(file: string): string {
  return file.endsWith('/migration.sql')
    ? file.replace(/migration\.sql$/, 'down.sql')
    : file.replace(/\.sql$/, '.down.sql')
}

function entryOf(tag: string, file: string, paths: ReadonlySet<string>): HistoryEntry {
  return {
    tag,
    file,
    hasFile: paths.has(file),
    hasDown: paths.has(downOf(file)),
    number: /^\d+/.exec(tag)?.[0] ?? '',
  }
}

function sqlFiles(paths: ReadonlySet<string>): string[] {
  return [...paths].filter(
    path => !path.includes('/') && path.endsWith('.sql') && !path.endsWith('.down.sql'),
  )
}

/** Both sides of a text with the marks of a conflict; one where there are none. */
export function sidesOf(text: string): string[] {
  if (!isConflicted(text)) return [text]
  const sides: [string[], string[]] = [[], []]
  let within: 'both' | 'ours' | 'base' | 'theirs' = 'both'
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('<<<<<<< ')) within = 'ours'
    else if (within !== 'both' && line.startsWith('||||||| ')) within = 'base'
    else if (within !== 'both' && line === '=======') within = 'theirs'
    else if (line.startsWith('>>>>>>> ')) within = 'both'
    else {
      if (within === 'both' || within === 'ours') sides[0].push(line)
      if (within === 'both' || within === 'theirs') sides[1].push(line)
    }
  }
  return sides.map(lines => lines.join('\n'))
}

function readJournal(text: string): Journal {
  const sides = sidesOf(text).map(parseJournal)
  const [first, second] = sides
  const entries = new Map<string, JournalEntry>()
  for (const side of sides) {
    for (const entry of side?.entries ?? []) {
      if (!entries.has(entry.tag)) entries.set(entry.tag, entry)
    }
  }
  // Without a conflict an entry that stands there twice is to be seen as that.
  const isForked = sides.length > 1
  return {
    file: journalFile,
    entries: isForked ? [...entries.values()] : (first?.entries ?? []),
    rest: (first ?? second)?.rest ?? {},
    isForked,
    isReadable: sides.every(side => side !== null),
  }
}

interface ParsedJournal {
  entries: JournalEntry[]
  rest: Record<string, unknown>
}

/** The entries of a journal, or null where it is none. */
export function parseJournal(text: string): ParsedJournal | null {
  try {
    const { entries, ...rest } = JSON.parse(text) as { entries: unknown; [key: string]: unknown }
    if (!Array.isArray(entries)) return null
    const isEntry = (value: unknown): value is JournalEntry =>
      typeof value === 'object' && value !== null && typeof (value as JournalEntry).tag === 'string'
    return entries.every(isEntry) ? { entries, rest } : null
  } catch {
    return null
  }
}

function versionOf(text: string): string | undefined {
  return /"version":\s*"(\d+)"/.exec(text.slice(0, 1000))?.[1]
}

function readSnapshots(files: readonly FolderFile[]): SnapshotLink[] {
  return files.flatMap(({ path, text }) => {
    if (!isSnapshot(path)) return []
    return sidesOf(text).flatMap(side => linkOf(path, side))
  })
}

function linkOf(file: string, text: string): SnapshotLink[] {
  try {
    const { id, prevId, prevIds } = JSON.parse(text) as Record<string, unknown>
    const parents = Array.isArray(prevIds) ? prevIds.map(String) : [String(prevId)]
    return typeof id === 'string' ? [{ file, id, prevIds: parents }] : []
  } catch {
    return []
  }
}
