/** Folder in, bundle out: the one task of `ballast-tools.wasm`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Bundle } from 'ballast/migrate'

import { Instance } from '../../client/src/instance.ts'
import { migrationsOf, type Config } from './config.js'
import { Failure, type Finding } from './failure.js'
import { readFolder } from './folder.js'

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

/** Bundles the folder that the configuration names. Throws a `Failure` with every mistake in it. */
export async function bundleFolder(config: Config, flags: BundleFlags = {}): Promise<Bundled> {
  const folder = migrationsOf(config)
  const files = await readFolder(folder)
  const module = new WebAssembly.Module(
    await readFile(new URL('./ballast-tools.wasm', import.meta.url)),
  )
  const tools = new Instance(module, 'ballast-tools.wasm')
  const task = tools.start({
    bundle: {
      order: flags.order ?? config.order,
      drizzle: config.drizzle,
      lockTimeout: flags.lockTimeout ?? config.lockTimeout,
      statementTimeout: flags.statementTimeout ?? config.statementTimeout,
    },
  })
  const body = new TextEncoder().encode(JSON.stringify({ files }))
  const frame = tools.step(task, '{"start":{}}', body)
  const answer = frame.head as Answer
  tools.stop(task)
  if (answer.done === undefined) throw mistakes(folder, answer.error)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(frame.body)
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
  if (file === undefined) return { code, message, detail, hint }
  // Columns are counted from 1, and 0 is how the core says that it knows none.
  const known = (n: number | undefined): n is number => n !== undefined && n > 0
  const place = {
    file: join(folder, file),
    ...(known(line) ? { line } : {}),
    ...(known(line) && known(column) ? { column } : {}),
  }
  return { code, message, place, detail, hint }
}
