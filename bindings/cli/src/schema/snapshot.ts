/**
 * The schema that a folder of migrations leads to, kept beside it so that nobody has to run them to
 * know: `.ballast/schema.json` in the folder, to be committed with it. An object of the schema is a
 * line of the file, so that a review shows what a migration changes.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { hashOf } from './cache.js'
import type { Model, Unmodelled } from './planner.js'

declare const VERSION: string
declare const PGLITE_VERSION: string

const kFormat = 1

/** Why a snapshot does not hold; `none` where there is none. */
export type Doubt = 'none' | 'conflict' | 'damaged' | 'folder' | 'version'

interface Header {
  format: number
  /** Of the migrations: over their tags and the hashes of their statements. */
  folder: string
  /** Of the text below, which a merge may have put together from two. */
  schema: string
  ballast: string
  pglite: string
}

/** Where a folder has its snapshot, relative to it. */
export const snapshotName = '.ballast/schema.json'

/** The text of the snapshot. */
export function snapshotText(model: Model, folder: string): string {
  const header: Header = {
    format: kFormat,
    folder,
    schema: hashOf([model.text]),
    ballast: VERSION,
    pglite: PGLITE_VERSION,
  }
  return `{"snapshot":${JSON.stringify(header)},\n"model":${model.text}}\n`
}

/** The kept schema, where it is that of the folder with this hash; else why not. */
export async function readSnapshot(
  folder: string,
  hash: string,
): Promise<{ model: Model; doubt: null } | { model: null; doubt: Doubt }> {
  const raw = await readFile(join(folder, snapshotName), 'utf8').catch(() => null)
  if (raw === null) return { model: null, doubt: 'none' }
  // Git may give the file other line ends.
  const text = raw.replaceAll('\r\n', '\n')
  if (/^(<<<<<<<|>>>>>>>) /m.test(text)) return { model: null, doubt: 'conflict' }
  const [, head, body] = /^\{"snapshot":([^\n]*),\n"model":([^]*)\}\n?$/.exec(text) ?? []
  try {
    const header = JSON.parse(head ?? '') as Header
    const isOurs = header.format === kFormat && header.ballast === VERSION
    if (!isOurs || header.pglite !== PGLITE_VERSION) return { model: null, doubt: 'version' }
    if (header.schema !== hashOf([body ?? ''])) return { model: null, doubt: 'damaged' }
    if (header.folder !== hash) return { model: null, doubt: 'folder' }
    return { model: modelOfText(body ?? ''), doubt: null }
  } catch {
    return { model: null, doubt: 'damaged' }
  }
}

function modelOfText(text: string): Model {
  const { postgres, unmodelled } = JSON.parse(text) as {
    postgres: number
    unmodelled: Unmodelled[]
  }
  return { text, postgres, unmodelled }
}

/** Writes the snapshot. */
export async function writeSnapshot(folder: string, hash: string, model: Model): Promise<void> {
  const file = join(folder, snapshotName)
  const beside = `${file}.${process.pid}.tmp`
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(beside, snapshotText(model, hash))
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
