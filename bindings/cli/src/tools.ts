/** The tasks of `ballast-tools.wasm`, each of one step; the first of them bundles a folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Bundle } from 'ballast/migrate'

import { Instance } from '../../client/src/instance.ts'
import { compileOnce } from './compile-once.js'
import { migrationsOf, type Config } from './config.js'
import { Failure, type Finding } from './failure.js'
import { readFolder, type FolderFile } from './folder.js'
import { hashOf, readCached, writeCached } from './schema/cache.js'

/** What the task tells about a migration. */
export interface MigrationInfo {
  tag: string
  file: string
  segments: number
  statements: number
  alone: number
  batches: number
  down: boolean
  loses: string[]
}

/** A bundle, as the value and as the text that it was read from. */
export interface Bundled {
  bundle: Bundle
  text: string
  format: string
  hash: string
  migrations: MigrationInfo[]
  warnings: Finding[]
}

/** What a command's flags put in the place of the configuration's. */
export interface BundleFlags {
  order?: 'linear' | 'non-linear'
  lockTimeout?: string
  statementTimeout?: string
}

/** Whether what the same task said before may answer. */
export interface ReuseFlags {
  mayReuse?: boolean
}

interface Mistake {
  code?: string
  message: string
  file?: string
  line?: number
  column?: number
  detail?: string
  hint?: string
  others?: Mistake[]
}

interface Answer {
  done?: {
    format: string
    hash: string
    migrations: MigrationInfo[]
    warnings: { message: string; file?: string; line?: number; column?: number }[]
  }
  error?: Mistake
}

const kModule = 'ballast-tools.wasm'

/** What to do about a journal that names more than there is. */
export const noFileAdvice =
  'Bring the file back, from git for example, or take the entry out of the journal.'

let instance: Instance | undefined
let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined

/** The bytes of the module: what they make of a schema stays the same as long as they do. */
export async function toolsModule(): Promise<Uint8Array<ArrayBuffer>> {
  bytes ??= readFile(new URL(`./${kModule}`, import.meta.url)).then(read => new Uint8Array(read))
  return bytes
}

let hash: Promise<string> | undefined

/** A name for them that is as good, and shorter. */
export async function toolsHash(): Promise<string> {
  hash ??= toolsModule().then(read => hashOf([read]))
  return hash
}

interface Answered {
  head: Record<string, unknown>
  body: string
}

/** A task answers the same to the same: where it is asked often, what it said is kept. */
async function keptStep(task: string, settings: object, body: string): Promise<Answered> {
  const name = `tasks/${hashOf([await toolsHash(), task, JSON.stringify(settings), body])}`
  const kept = await readCached(name)
  if (kept !== null) return JSON.parse(new TextDecoder().decode(kept)) as Answered
  const answered = await step(task, settings, body)
  if ('done' in answered.head) await writeCached(name, JSON.stringify(answered))
  return answered
}

async function step(task: string, settings: object, body: string): Promise<Answered> {
  // A failed check ends an instance, and the next task wants another one.
  if (instance === undefined || instance.isSpent) {
    compileOnce()
    instance = new Instance(new WebAssembly.Module(await toolsModule()), kModule)
  }
  const tools = instance
  const id = tools.start({ [task]: settings })
  try {
    const frame = tools.step(id, '{"start":{}}', new TextEncoder().encode(body))
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(frame.body)
    return { head: frame.head, body: text }
  } finally {
    tools.stop(id)
  }
}

/** Runs a task that is about no file. Throws a `Failure` with what it has to say. */
export async function runTool(
  task: string,
  settings: object,
  body: string,
  { mayReuse = false }: ReuseFlags = {},
): Promise<{ done: Record<string, unknown>; body: string }> {
  const run = mayReuse ? keptStep : step
  const { head, body: text } = await run(task, settings, body)
  if (typeof head['done'] === 'object' && head['done'] !== null) {
    return { done: head['done'] as Record<string, unknown>, body: text }
  }
  throw mistakes('', head['error'] as Mistake | undefined)
}

/** Bundles the folder that the configuration names. Throws a `Failure` with every mistake in it. */
export async function bundleFolder(config: Config, flags: BundleFlags = {}): Promise<Bundled> {
  const folder = migrationsOf(config)
  return bundleFiles(folder, await readFolder(folder, { snapshots: 'links' }), config, flags)
}

/** The same of files that may not be written yet; places in errors are those in `folder`. */
export async function bundleFiles(
  folder: string,
  files: readonly FolderFile[],
  config: Config,
  flags: BundleFlags & ReuseFlags = {},
): Promise<Bundled> {
  const run = flags.mayReuse === true ? keptStep : step
  const settings = {
    order: flags.order ?? config.order,
    drizzle: config.drizzle,
    lockTimeout: flags.lockTimeout ?? config.lockTimeout,
    statementTimeout: flags.statementTimeout ?? config.statementTimeout,
  }
  const { head, body: text } = await run('bundle', settings, JSON.stringify({ files }))
  const answer = head as Answer
  if (answer.done === undefined) throw mistakes(folder, answer.error)
  return {
    bundle: JSON.parse(text) as Bundle,
    text,
    format: answer.done.format,
    hash: answer.done.hash,
    migrations: answer.done.migrations,
    warnings: answer.done.warnings.map(warning => finding(folder, warning)),
  }
}

function mistakes(folder: string, first: Mistake | undefined): Failure {
  if (first === undefined) return new Failure('ballast-tools.wasm gave no answer: a bug of ballast')
  const { others = [], ...rest } = first
  return new Failure([rest, ...others].map(mistake => finding(folder, mistake)))
}

function finding(folder: string, mistake: Mistake): Finding {
  const { code = null, message, file, line, column, detail, hint } = mistake
  const advice = code === 'BM203' ? noFileAdvice : undefined
  if (file === undefined) return { code, message, detail, hint }
  // Columns are counted from 1, and 0 is how the core says that it knows none.
  const known = (n: number | undefined): n is number => n !== undefined && n > 0
  const place = {
    file: join(folder, file),
    ...(known(line) ? { line } : {}),
    ...(known(line) && known(column) ? { column } : {}),
  }
  return { code, message, place, detail, hint, advice }
}
