/**
 * Drizzle's snapshots of the migrations that get others before them: what a migration changed is
 * brought into the state that it now comes after.
 */
import type { Format } from './folder-history.js'
import { merged, type Json } from './schema/drizzle-snapshot-merge.js'
import { applyDeltas, byKey, deltasBetween } from './schema/drizzle-snapshot-v9.js'
import type { Delta, Row, Rows } from './schema/drizzle-snapshot-v9.js'

/** A snapshot of any format, as it was read. */
export interface Snapshot {
  id: string
  prevId?: string
  prevIds?: string[]
  ddl?: Row[]
  deltas?: Delta[]
  [key: string]: unknown
}

/** A snapshot of this branch, with the one that it followed there. */
export interface OwnSnapshot {
  snapshot: Snapshot
  /** Null where it was the first of all. */
  parent: Snapshot | null
}

/** Reads a snapshot; null where the text is none. */
export function parseSnapshot(text: string | null): Snapshot | null {
  if (text === null) return null
  try {
    const value = JSON.parse(text) as Snapshot
    return typeof value === 'object' && value !== null && typeof value.id === 'string'
      ? value
      : null
  } catch {
    return null
  }
}

/** The ids that a snapshot follows. */
export function parentsOf({ prevId, prevIds }: Snapshot): readonly string[] {
  return prevIds ?? (prevId === undefined ? [] : [prevId])
}

/** The snapshots of this branch behind `before`, which are all those of the other in order. */
export function rechained(
  format: Format,
  before: readonly Snapshot[],
  own: readonly OwnSnapshot[],
): Snapshot[] {
  const out: Snapshot[] = []
  for (const each of own) {
    const last = out.at(-1) ?? before.at(-1)
    if (last === undefined) out.push(each.snapshot)
    else if (format === 'v7') out.push(behindV7(last, each))
    else if (format === 'v8') out.push(behindV8(last, each))
    else out.push(behindV9(last, [...before, ...out], each.snapshot))
  }
  return out
}

function behindV7(last: Snapshot, { snapshot, parent }: OwnSnapshot): Snapshot {
  const all = merged(
    bodyOf(last),
    parent === null ? emptyOf(snapshot) : bodyOf(parent),
    bodyOf(snapshot),
  )
  return { id: snapshot.id, prevId: last.id, ...(all as Record<string, Json>) }
}

function bodyOf({ id: _, prevId: __, ...body }: Snapshot): Json {
  return body as Json
}

/** The state before a first migration: nothing of whatever there is. */
function emptyOf(snapshot: Snapshot): Json {
  const body = Object.entries(bodyOf(snapshot) as Record<string, Json>)
  return Object.fromEntries(
    body.map(([key, value]) => [key, typeof value === 'object' && value !== null ? {} : value]),
  )
}

function behindV8(last: Snapshot, { snapshot, parent }: OwnSnapshot): Snapshot {
  const rows = (of: Snapshot | null): Json => Object.fromEntries(byKey(of?.ddl ?? []))
  const all = merged(rows(last), rows(parent), rows(snapshot)) as Record<string, Row>
  return { ...snapshot, prevIds: [last.id], ddl: Object.values(all) }
}

/** The changes of v9 stay what they are; only a second base becomes the changes that it makes. */
function behindV9(last: Snapshot, before: readonly Snapshot[], snapshot: Snapshot): Snapshot {
  const prevIds = [last.id]
  if (snapshot.ddl === undefined) return { ...snapshot, prevIds }
  const { ddl, id, footprints, version, dialect } = snapshot
  const state: Rows = new Map()
  for (const each of before) {
    for (const [key, row] of byKey(each.ddl ?? [])) state.set(key, row)
    applyDeltas(state, each.deltas ?? [])
  }
  const deltas = deltasBetween(state, new Map([...state, ...byKey(ddl)]))
  return { type: 'diff', version, dialect, id, prevIds, footprints, deltas }
}
