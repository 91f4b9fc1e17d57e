/** Where the folder of migrations leads: the kept snapshot, or what comes of running them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Migration } from 'ballast/migrate'

import type { Context } from '../command.js'
import type { Config } from '../config.js'
import { Failure, failure } from '../failure.js'
import { readFolder, type FolderFile } from '../folder.js'
import { placeAt, shortPath } from '../source.js'
import { bundleFiles, type Bundled } from '../tools.js'
import { standIns } from './align.js'
import { borrowedExtension, isMissing } from './borrowed.js'
import { desiredModel } from './desired.js'
import { offsetOf, runJob } from './elaborate.js'
import type { Job, Segment } from './elaborator.js'
import { extensionMissing, extensionsIn } from './extensions.js'
import { linesOf, withLines } from './objects.js'
import { introspectionQuery, modelOf, renderModel, type Model } from './planner.js'
import type { Refusal } from './session.js'
import { readSnapshot, snapshotName, writeSnapshot, type Doubt } from './snapshot.js'

/** Whether the snapshot is written where it had to be made anew, and whether it may answer. */
export interface FolderOptions {
  keep?: boolean
  mayReuse?: boolean
  /** Whether the wanted schema may be asked for what others make; not where that is what asks. */
  mayAsk?: boolean
  /** What is in it, where that was read already. */
  files?: readonly FolderFile[]
}

/** A folder, and the schema that it leads to. */
export interface FolderState {
  folder: string
  files: readonly FolderFile[]
  bundled: Bundled
  model: Model
}

/** Where the folder of migrations leads. */
export async function folderModel(context: Context, options: FolderOptions = {}): Promise<Model> {
  return (await folderState(context, options)).model
}

/** The folder of migrations, the one that would be made where there is none yet. */
export function folderOf({ root, migrations, drizzleConfig }: Config): string {
  return migrations ?? join(root, drizzleConfig === null ? 'migrations' : 'drizzle')
}

/** What is in it. A folder that is not there has no migrations. */
export async function folderFiles(config: Config): Promise<FolderFile[]> {
  const folder = folderOf(config)
  return existsSync(folder) ? readFolder(folder, { snapshots: 'links' }) : []
}

/** The folder with all that is known of it. */
export async function folderState(
  context: Context,
  { keep = true, mayReuse = true, mayAsk = true, files: given }: FolderOptions = {},
): Promise<FolderState> {
  const folder = folderOf(context.config)
  const files = given ?? (await folderFiles(context.config))
  const bundled = await bundleFiles(folder, files, context.config, { mayReuse: true })
  const { model, doubt } = mayReuse
    ? await readSnapshot(folder, bundled.hash)
    : { model: null, doubt: null }
  if (model !== null) return { folder, files, bundled, model }
  if (doubt !== null) sayDoubt(context, folder, doubt)
  const made = await runFolder(context, { folder, files, bundled }, { mayReuse, mayAsk })
  if (keep && existsSync(folder)) await writeSnapshot(folder, bundled.hash, made)
  return { folder, files, bundled, model: made }
}

/** Where these files lead, by running all of them on an empty database. */
export async function modelOfFiles(
  context: Context,
  folder: string,
  files: readonly FolderFile[],
): Promise<Model> {
  const bundled = await bundleFiles(folder, files, context.config)
  return runFolder(context, { folder, files, bundled }, { mayReuse: false })
}

function sayDoubt({ screen }: Context, folder: string, doubt: Doubt): void {
  const why: Readonly<Record<Doubt, string | null>> = {
    none: null,
    conflict: 'holds the marks of a merge conflict',
    damaged: 'is not as it was written',
    folder: 'is that of other migrations',
    version: 'was written by another version',
  }
  if (why[doubt] === null) return
  const name = shortPath(join(folder, snapshotName))
  screen.note(`${name} ${why[doubt]}: it is made anew from the migrations.`)
}

interface Placed {
  sql: string
  file: string
  line: number
  column: number
}

async function runFolder(
  context: Context,
  read: FolderFiles,
  how: Pick<FolderOptions, 'mayReuse' | 'mayAsk'>,
): Promise<Model> {
  const asked = { query: await introspectionQuery() }
  const { cell, assumed } = await folderCell(context, read, asked, how)
  const model = await modelOf(cell)
  if (assumed === null) return model
  const lines = linesOf(model)
  for (const id of linesOf(assumed).keys()) lines.delete(id)
  return withLines(model, lines)
}

/** A folder as it was read. */
export type FolderFiles = Pick<FolderState, 'folder' | 'files' | 'bundled'>

/** What is asked of where a folder leads. */
export type Asked = Pick<Job, 'query' | 'describe'>

/**
 * Asks where a folder leads, by running all of it on an empty database. `assumed` is what had to be
 * there before it, because others make it.
 */
export async function folderCell(
  context: Context,
  { folder, files, bundled: { bundle } }: FolderFiles,
  asked: Asked,
  { mayReuse = true, mayAsk = true }: Pick<FolderOptions, 'mayReuse' | 'mayAsk'> = {},
): Promise<{ cell: string; assumed: Model | null }> {
  const parts = bundle.migrations.flatMap(migration => partsOf(migration))
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const sources = bundle.migrations.map(({ file }) => ({
    text: texts.get(file) ?? '',
    file: join(folder, file),
  }))
  const segments = parts.map(({ isAlone, statements }): Segment => {
    return { isAlone, texts: statements.map(({ sql }) => sql) }
  })
  const job: Job = {
    extensions: extensionsIn(sources),
    stages: [{ segments, isAsked: true }],
    commits: true,
    ...asked,
  }
  const { cells, refused } = await runJob(context, job, mayReuse)
  if (refused === undefined) return { cell: cells[0] ?? '', assumed: null }
  const { refusal, segment, text } = refused
  const found = isMissing(refusal) ? await runOnOthers(context, job, refusal, mayAsk) : null
  if (found !== null) return found
  const at = parts[segment]?.statements[text]
  if (at === undefined) throw failure(refusal.message)
  throw failureAt(refusal, at, join(folder, at.file), texts.get(at.file) ?? '')
}

/**
 * Runs it where there is what something else makes: what the schema assumes, and extensions that
 * were made by hand. Null where that is no help.
 */
async function runOnOthers(
  context: Context,
  job: Job,
  first: Refusal,
  mayAsk: boolean,
): Promise<{ cell: string; assumed: Model | null } | null> {
  const desired = mayAsk ? await desiredModel(context).catch(() => null) : null
  const assumed = desired === null ? null : standIns(desired)
  const others = assumed === null ? [] : [await renderModel(assumed, 18)]
  const made = new Set<string>()
  for (let refusal = first; ; ) {
    const extension = extensionMissing(refusal)
    const isNew = extension !== undefined && !made.has(extension)
    if (!isNew && (assumed === null || refusal !== first)) return null
    if (isNew) {
      made.add(extension)
      others.unshift(borrowedExtension(refusal) ?? '')
    }
    const stages = [{ segments: [{ isAlone: false, texts: others }], isAsked: false }]
    const extensions = [...new Set([...job.extensions, ...extensionsIn(asSources(others))])].sort()
    const again = { ...job, extensions, stages: [...stages, ...job.stages] }
    const { cells, refused } = await runJob(context, again, true)
    if (refused === undefined) {
      if (mayAsk) sayByHand(context, [...made].sort())
      return { cell: cells[0] ?? '', assumed }
    }
    refusal = refused.refusal
  }
}

function asSources(texts: readonly string[]): { text: string }[] {
  return texts.map(text => ({ text }))
}

function sayByHand({ screen }: Context, extensions: readonly string[]): void {
  if (extensions.length === 0) return
  screen.warn({
    code: null,
    message:
      `the migrations do not make what they use: ${extensions.join(', ')}. ` +
      'A new database needs CREATE EXTENSION before them.',
  })
}

interface Part {
  isAlone: boolean
  statements: Placed[]
}

// These change no schema, or cannot be run where there is one database and one session.
const kSkipped =
  /^(VACUUM|ANALYZE|CLUSTER|CHECKPOINT|REINDEX|ALTER SYSTEM|\w+ (DATABASE|TABLESPACE|SUBSCRIPTION))/

function partsOf({ file, segments }: Migration): Part[] {
  return segments.flatMap((segment): Part[] => {
    const { kind, statements = [], statement, command } = segment
    if (kind === 'transaction') {
      return [{ isAlone: false, statements: statements.map(each => ({ ...each, file })) }]
    }
    // A batch moves rows, of which there are none.
    const isSkipped = kind === 'batch' || kSkipped.test(String(command))
    if (isSkipped || statement === undefined) return []
    return [{ isAlone: true, statements: [{ ...statement, file }] }]
  })
}

function failureAt(refusal: Refusal, at: Placed, file: string, text: string): Failure {
  const { code, message, detail, hint, position } = refusal
  const lines = text.split('\n')
  const start = lines.slice(0, at.line - 1).join('\n').length + (at.line > 1 ? 1 : 0)
  const line = [...(lines[at.line - 1] ?? '')]
  const begins = start + line.slice(0, at.column - 1).join('').length
  const place =
    position === undefined
      ? { file, line: at.line, column: at.column }
      : placeAt(file, text, begins + offsetOf(at.sql, position))
  return new Failure([
    {
      code,
      message: `the migrations cannot be run on an empty database: ${message}`,
      place,
      detail,
      hint,
      advice:
        'Each schema is made by running the folder from its start. If the first migrations are ' +
        'missing, begin the folder with `ballast pull --baseline`.',
    },
  ])
}
