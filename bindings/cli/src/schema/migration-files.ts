/** A new migration as files, in the format that the folder has; all of them are written or none. */
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { Config } from '../config.js'
import { Failure, failure } from '../failure.js'
import type { FolderFile } from '../folder.js'
import type { MigrationInfo } from '../tools.js'

/** How a folder keeps its migrations. */
export type FolderFormat = 'v7' | 'v8' | 'v9' | 'plain'

/** A migration that is to be written. */
export interface NewMigration {
  tag: string
  up: string
  /** Null where nothing undoes it. */
  down: string | null
}

const kJournal = 'meta/_journal.json'

/** What a new migration is called: the folder's own way of counting, and a name. */
export function newTag(
  format: FolderFormat,
  config: Pick<Config, 'prefix'>,
  migrations: readonly Pick<MigrationInfo, 'tag'>[],
  name: string,
  now: Date,
): string {
  const numbers = migrations.map(({ tag }) => /^\d+/.exec(tag)?.[0] ?? '').filter(n => n !== '')
  const last = numbers.reduce((max, n) => (BigInt(n) > BigInt(max) ? n : max), '0')
  const isFolders = format === 'v8' || format === 'v9'
  // A folder goes on as it has begun, whatever the configuration would begin it with.
  const isTimed = numbers.length === 0 ? config.prefix === 'timestamp' : last.length === 14
  const isUnix = numbers.length === 0 ? config.prefix === 'unix' : last.length === 10
  if (isFolders || isTimed) return `${later(stamp(now), last)}_${name}`
  if (isUnix) return `${later(String(Math.floor(now.getTime() / 1000)), last)}_${name}`
  const next = numbers.length === 0 ? 0n : BigInt(last) + 1n
  return `${String(next).padStart(numbers.at(-1)?.length ?? 4, '0')}_${name}`
}

/** YYYYMMDDHHMMSS in UTC. */
function stamp(now: Date): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14)
}

/** A number that comes after the last one, though a clock may be behind. */
function later(number: string, last: string): string {
  if (BigInt(number) > BigInt(last)) return number
  if (number.length < 14) return String(BigInt(last) + 1n)
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(last) ?? []
  return stamp(
    new Date(Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s) + 1)),
  )
}

/** A name as part of a file's: letters, digits and `_`. */
export function fileName(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  if (plain !== '') return plain.toLowerCase()
  throw failure('--name takes a name with letters or digits, such as add_users_slug')
}

/** The files of a migration, their paths relative to the folder. */
export function migrationFiles(
  format: FolderFormat,
  { tag, up, down }: NewMigration,
  files: readonly FolderFile[],
  now: Date,
): FolderFile[] {
  const isFolders = format === 'v8' || format === 'v9'
  const made = [{ path: isFolders ? `${tag}/migration.sql` : `${tag}.sql`, text: up }]
  if (down !== null) {
    made.push({ path: isFolders ? `${tag}/down.sql` : `${tag}.down.sql`, text: down })
  }
  if (format === 'v7') made.push({ path: kJournal, text: journalWith(tag, files, now) })
  return made
}

interface Journal {
  version: string
  dialect: string
  entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[]
}

function journalWith(tag: string, files: readonly FolderFile[], now: Date): string {
  const found = files.find(({ path }) => path === kJournal)
  const journal: Journal =
    found === undefined
      ? { version: '7', dialect: 'postgresql', entries: [] }
      : (JSON.parse(found.text) as Journal)
  const idx = Math.max(-1, ...journal.entries.map(entry => entry.idx)) + 1
  // Drizzle takes what is not after the last one that ran for applied.
  const when = Math.max(now.getTime(), ...journal.entries.map(entry => entry.when + 1))
  journal.entries.push({ idx, version: '7', when, tag, breakpoints: true })
  return JSON.stringify(journal, null, 2)
}

/** The folder's files as they will be with these. */
export function withFiles(files: readonly FolderFile[], made: readonly FolderFile[]): FolderFile[] {
  const paths = new Set(made.map(({ path }) => path))
  const all = [...files.filter(({ path }) => !paths.has(path)), ...made]
  return all.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Writes files into a folder, all or none; those that are there are replaced. */
export async function writeAll(folder: string, made: readonly FolderFile[]): Promise<void> {
  const end = `.${process.pid}.tmp`
  const folders = new Set<string>()
  const before = new Map<string, Uint8Array | null>()
  try {
    for (const { path, text } of made) {
      const file = join(folder, path)
      const first = await mkdir(dirname(file), { recursive: true })
      if (first !== undefined) folders.add(dirname(file))
      await writeFile(`${file}${end}`, text)
    }
    for (const { path } of made) {
      const file = join(folder, path)
      before.set(file, await readFile(file).catch(() => null))
      await rename(`${file}${end}`, file)
    }
  } catch (error) {
    for (const [file, bytes] of before) {
      await (bytes === null ? rm(file, { force: true }) : writeFile(file, bytes)).catch(() => {})
    }
    for (const { path } of made) await rm(`${join(folder, path)}${end}`, { force: true })
    for (const each of folders) await rmdir(each).catch(() => {})
    throw new Failure(`the migration cannot be written: ${(error as Error).message}`)
  }
}
