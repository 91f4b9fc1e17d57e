/** `ballast preview`. */
import { writeFile } from 'node:fs/promises'

import type { MigrateEvent } from 'ballast/migrate'

import { runCommand, type Context } from '../command.js'
import { drive } from '../drive.js'
import { failure } from '../failure.js'
import { reporting } from '../problem.js'
import { directRunner } from '../runner.js'
import { bundleFolder, type Bundled } from '../tools.js'
import { teller } from '../wording.js'
import { expiryOf, openApi, type Branch } from './branch.js'
import { PreviewBranch } from './preview-branch.js'
import { reportLines, reportMarkdown, type Report, type Timing } from './report.js'
import type { BranchFlags } from './settings.js'
import { runTest } from './test-command.js'

/** The flags of `ballast preview`, as commander names them. */
export interface PreviewFlags extends BranchFlags {
  parent?: string
  name?: string
  expires: string
  keep?: boolean
  report?: string
  database?: string
}

/** The exit code of what was ended by Ctrl-C, as shells have it. */
const kInterrupted = 130

/** Tries what is pending on a branch of its own. The exit code is the command's. */
export async function previewCommand(
  command: readonly string[],
  flags: PreviewFlags,
): Promise<number> {
  let isStopped = false
  const code = await runCommand(flags, async context => {
    context.signal.addEventListener('abort', () => (isStopped = true))
    return preview(command, flags, context)
  })
  return isStopped ? kInterrupted : code
}

async function preview(
  command: readonly string[],
  flags: PreviewFlags,
  context: Context,
): Promise<number> {
  const { screen } = context
  // What is wrong in the folder shows before anything is made.
  const bundled = await bundleFolder(context.config)
  for (const warning of bundled.warnings) screen.warn(warning)
  const api = await openApi(context, flags)
  const ask = { do: 'get', branch: flags.parent }
  const { branch: parent } = await api.perform<{ branch: Branch }>(ask)
  const wanted = { name: flags.name, parent: parent.id, expires: expiryOf(flags.expires) }
  const report: Report & { migrations: Timing[] } = {
    branch: '',
    parent: parent.name,
    drift: null,
    migrations: [],
    pending: [],
    failure: null,
    command: null,
    code: null,
  }
  const use = async (branch: PreviewBranch): Promise<number> => {
    report.branch = branch.name
    const url = await branch.url(flags.database)
    await migrate(context, bundled, url, report)
    return command.length === 0 ? 0 : test(command, context, url, report)
  }
  try {
    return await PreviewBranch.use(context, api, wanted, use, flags.keep)
  } catch (error) {
    report.failure = error instanceof Error ? error.message : String(error)
    throw error
  } finally {
    await tell(context, report, flags.report)
  }
}

/** Applies what is pending through the same runner as `ballast migrate`. */
async function migrate(
  context: Context,
  bundled: Bundled,
  url: string,
  report: Report & { migrations: Timing[] },
): Promise<void> {
  const { config, screen, signal } = context
  const { lockTimeout, statementTimeout } = config
  const runner = directRunner(bundled.bundle, { url, signal, lockTimeout, statementTimeout })
  const at = { config, bundle: bundled.bundle, runner, command: 'ballast preview' }
  const told = teller(screen)
  const onEvent = (event: MigrateEvent): void => {
    if (event.event === 'applied') note(report.migrations, event)
    told(event)
  }
  await reporting(at, async () => {
    const status = await runner.perform({ action: 'status' }, () => {})
    Object.assign(report, { drift: status.drift, pending: status.pending })
    const summary = await drive(runner, { action: 'apply' }, onEvent, signal)
    Object.assign(report, { pending: summary.pending })
  })
}

/** A migration of several parts takes the time of all of them. */
function note(timings: Timing[], { tag, ms }: { tag: string; ms: number }): void {
  const found = timings.find(timing => timing.tag === tag)
  if (found === undefined) timings.push({ tag, ms })
  else found.ms += ms
}

async function test(
  command: readonly string[],
  { screen, signal }: Context,
  url: string,
  report: Report,
): Promise<number> {
  const text = command.join(' ')
  screen.event({ event: 'testing', command: text })
  screen.note(`Running ${text} …`)
  screen.done()
  const env: NodeJS.ProcessEnv = { ...process.env, DATABASE_URL: url, MIGRATE_DATABASE_URL: url }
  // The key can delete the project: what runs here need not have it.
  const { NEON_API_KEY: _, NEON_API_KEY_FILE: __, ...rest } = env
  const code = await runTest(command, rest, { json: screen.json, signal })
  Object.assign(report, { command: text, code })
  return code
}

async function tell({ screen }: Context, report: Report, file?: string): Promise<void> {
  const safe = screen.secrets.hideIn(report) as Report
  // The last event of a command that fails is its error.
  screen.event({ event: report.failure === null ? 'done' : 'report', ...safe })
  if (report.branch !== '') for (const line of reportLines(safe)) screen.say(line)
  if (file === undefined) return
  await writeFile(file, reportMarkdown(safe)).catch((error: NodeJS.ErrnoException) => {
    throw failure(`the report cannot be written: ${error.code ?? error.message}`)
  })
}

