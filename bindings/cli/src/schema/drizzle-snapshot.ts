/**
 * The snapshot that Drizzle's own tools want beside a migration, so that a folder which
 * `ballast generate` writes to opens in drizzle-kit. What did not change stays as drizzle-kit wrote
 * it, and what Drizzle does not model is no part of it.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { failure } from '../failure.js'
import { snapshotOf, type Format } from '../folder-history.js'
import { shortPath } from '../source.js'
import { drizzleFacts } from './drizzle-snapshot-facts.js'
import type { DrizzleFacts } from './drizzle-snapshot-types.js'
import { footprintsOf } from './drizzle-snapshot-footprints.js'
import { merged, type Json } from './drizzle-snapshot-merge.js'
import { inWordsOf, type SaidSchema } from './drizzle-snapshot-said.js'
import { snapshotV7 } from './drizzle-snapshot-v7.js'
import { applyDeltas, byKey, deltasBetween, rowsOf } from './drizzle-snapshot-v9.js'
import type { Delta, Row, Rows } from './drizzle-snapshot-v9.js'
import type { ModelText } from './types-of-model.js'

const kFirst = '00000000-0000-0000-0000-000000000000'

/** A snapshot of 1.0, and the folder of the migration that it belongs to. */
interface Snapshot {
  tag: string
  id: string
  prevIds: string[]
  /** All rows, of v8 and of the first of v9. */
  ddl?: Row[]
  deltas?: Delta[]
}

/**
 * Writes the snapshot of the migration `tag`, which leads from one schema to the other. Where
 * `after` was made of a schema.ts, `said` is that one, and the snapshot has its words.
 */
export async function writeDrizzleSnapshot(
  folder: string,
  format: Format,
  tag: string,
  before: ModelText,
  after: ModelText,
  said?: SaidSchema,
): Promise<void> {
  const made = await drizzleSnapshot(folder, format, tag, before, after, said)
  if (made === null) return
  const file = join(folder, made.path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, made.text)
}

/** The same without writing it: the path within the folder, and the text. */
export async function drizzleSnapshot(
  folder: string,
  format: Format,
  tag: string,
  before: ModelText,
  after: ModelText,
  said?: SaidSchema,
): Promise<{ path: string; text: string } | null> {
  if (format === 'plain') return null
  const path = format === 'v7' ? snapshotOf(tag) : `${tag}/snapshot.json`
  const make = format === 'v7' ? makeV7 : format === 'v8' ? makeV8 : makeV9
  const to = drizzleFacts(after)
  const ends = { from: drizzleFacts(before), to: said === undefined ? to : inWordsOf(to, said) }
  const snapshot = await make(folder, tag, ends)
  return { path, text: JSON.stringify(snapshot, null, 2) }
}

interface Ends {
  from: DrizzleFacts
  to: DrizzleFacts
}

type Make = (folder: string, tag: string, ends: Ends) => Promise<Json>

const makeV7: Make = async (folder, tag, ends) => {
  const own = snapshotOf(tag)
  const names = await namesIn(join(folder, 'meta'))
  const last = names.filter(name => name.endsWith('_snapshot.json') && `meta/${name}` < own).at(-1)
  const read = last === undefined ? undefined : await readJson(join(folder, 'meta', last))
  const { id: prevId, prevId: _, ...state } = (read ?? {}) as Record<string, Json>
  const to = snapshotV7(ends.to)
  const body =
    read === undefined ? to : (merged(state, snapshotV7(ends.from), to) as Record<string, Json>)
  return { id: randomUUID(), prevId: prevId ?? kFirst, ...body }
}

const makeV8: Make = async (folder, tag, ends) => {
  const snapshots = await readSnapshots(folder, tag)
  const last = snapshots.at(-1)
  const rows = changedRows(byKey(last?.ddl ?? []), ends, last !== undefined)
  return {
    version: '8',
    dialect: 'postgres',
    id: randomUUID(),
    prevIds: headsOf(snapshots),
    ddl: [...rows.values()],
    renames: [],
  }
}

const makeV9: Make = async (folder, tag, ends) => {
  const snapshots = await readSnapshots(folder, tag)
  const last = reconstruct(snapshots)
  const rows = changedRows(last, ends, snapshots.length > 0)
  const deltas = deltasBetween(last, rows)
  const footprints = footprintsOf(last, deltas) as unknown as Json
  const head = { version: '9', dialect: 'postgres', id: randomUUID() }
  const prevIds = headsOf(snapshots)
  return snapshots.length === 0
    ? { type: 'base', ...head, prevIds, footprints, ddl: [...rows.values()] }
    : { type: 'diff', ...head, prevIds, footprints, deltas: deltas as unknown as Json }
}

/** The rows that it comes to; those that are as before as Drizzle has them. */
function changedRows(last: Rows, { from, to }: Ends, isKnown: boolean): Rows {
  const after = byKey(rowsOf(to))
  if (!isKnown) return after
  const asObject = (rows: Rows): Json => Object.fromEntries(rows)
  const all = merged(asObject(last), asObject(byKey(rowsOf(from))), asObject(after))
  return new Map(Object.entries(all as Record<string, Row>))
}

/** The state that snapshots of v9 come to, one after the other. */
function reconstruct(snapshots: readonly Snapshot[]): Rows {
  const rows: Rows = new Map()
  for (const { ddl, deltas } of snapshots) {
    if (ddl !== undefined) for (const [key, row] of byKey(ddl)) rows.set(key, row)
    if (deltas !== undefined) applyDeltas(rows, deltas)
  }
  return rows
}

/** The snapshots that no other one follows; with two of them, history has forked. */
function headsOf(snapshots: readonly Snapshot[]): string[] {
  const parents = new Set(snapshots.flatMap(({ prevIds }) => prevIds))
  const heads = snapshots.map(({ id }) => id).filter(id => !parents.has(id))
  return heads.length === 0 ? [kFirst] : heads
}

/** The snapshots of 1.0 in a folder, in the order of their migrations, before `tag`. */
async function readSnapshots(folder: string, tag: string): Promise<Snapshot[]> {
  const tags = (await namesIn(folder)).filter(name => name < tag)
  const read = tags.map(async (name): Promise<Snapshot | null> => {
    const file = join(folder, name, 'snapshot.json')
    if (!existsSync(file)) return null
    return { ...((await readJson(file)) as unknown as Snapshot), tag: name }
  })
  return (await Promise.all(read)).filter(snapshot => snapshot !== null)
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(name => !name.startsWith('.')).sort()
}

async function readJson(file: string): Promise<Json> {
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text) as Json
  } catch {
    throw failure(
      `${shortPath(file)} is no JSON`,
      'It may have the marks of a merge conflict in it: `ballast rebase` mends that.',
    )
  }
}
