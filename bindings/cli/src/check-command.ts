/** `ballast check`. What it looks at comes in halves, each of which gives its findings. */
import { join } from 'node:path'

import { checkFolder } from './check-folder.js'
import { runCommand, type Context } from './command.js'
import { loadConfig } from './config.js'
import type { ConnectFlags } from './connect.js'
import { Failure } from './failure.js'
import { findingOf, warning, type Checked } from './folder-findings.js'
import { annotation } from './github.js'
import type { Screen } from './screen.js'
import { checkQueries, summaryOf } from './queries/check-queries.js'
import { sarif } from './queries/sarif.js'
import { changes } from './queries/watch.js'
import { count } from './wording.js'

/** The flags of `ballast check`, as commander names them. */
export interface CheckFlags extends ConnectFlags {
  database?: boolean
  format?: 'text' | 'github' | 'sarif'
  write?: boolean
  frozen?: boolean
  watch?: boolean
}

/** What one half has found, and what it tells programs beside that. */
export interface HalfResult {
  findings: readonly Checked[]
  facts: Readonly<Record<string, unknown>>
}

/** A half of the check. */
export type Half = (context: Context, flags: CheckFlags) => Promise<HalfResult>

const kHalves: readonly Half[] = [checkFolder, checkQueries]

/** Looks for what is not as it should be; 1 where something has to be mended. */
export async function checkCommand(flags: CheckFlags): Promise<number> {
  return runCommand(flags, async context => {
    if (flags.watch !== true) return report(context, flags, await look(context, flags))
    for await (const _ of changes(context.config.root, context.signal)) {
      try {
        // What changed may be the configuration.
        const now = { ...context, config: await loadConfig(flags.config) }
        report(now, flags, await look(now, flags))
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        context.screen.fail(error)
      }
      context.screen.note('Waiting for changes; Ctrl-C ends it.')
    }
    return 0
  }, { fail: failing(flags) })
}

/** Who asked for a report gets one of what is in the way of all others, too. */
function failing(flags: CheckFlags): ((failure: Failure, screen: Screen) => void) | undefined {
  if (!isReport(flags)) return undefined
  return (failure, screen) => print(screen, flags, errorsOf(failure), process.cwd())
}

function isReport({ format = 'text' }: CheckFlags): boolean {
  return format !== 'text'
}

function errorsOf({ findings }: Failure): Checked[] {
  return findings.map(each => ({ ...each, severity: 'error' }))
}

async function look(context: Context, flags: CheckFlags): Promise<HalfResult> {
  const results: HalfResult[] = []
  for (const half of kHalves) {
    try {
      results.push(await half(context, flags))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const isBroken = results.some(({ findings }) => findings.some(isError))
      if (isBroken) {
        const message = 'queries are not checked until the migrations are mended'
        results.push({ findings: [warning(message)], facts: {} })
        continue
      }
      // Who asked for a report gets one, with what is in the way as its finding.
      if (!isReport(flags)) throw error
      results.push({ findings: errorsOf(error), facts: {} })
    }
  }
  return {
    findings: results.flatMap(({ findings }) => findings),
    facts: Object.assign({}, ...results.map(({ facts }) => facts)) as HalfResult['facts'],
  }
}

/** Prints what was found and gives the exit code; throws what has to be mended. */
function report(context: Context, flags: CheckFlags, { findings, facts }: HalfResult): number {
  const { screen } = context
  const errors = findings.filter(isError)
  const warnings = findings.filter(finding => !isError(finding))
  if (isReport(flags)) {
    const { file, root } = context.config
    print(screen, flags, findings, root, file)
    return errors.length > 0 ? 1 : 0
  }
  for (const finding of warnings) screen.warn(findingOf(finding))
  if (errors.length > 0) throw new Failure(errors.map(findingOf), facts as Record<string, unknown>)
  screen.event({ event: 'done', ...facts, warnings: warnings.length })
  const summary = summaryOf(facts)
  if (summary !== null) screen.say(summary)
  screen.say(
    warnings.length === 0
      ? 'Nothing to mend.'
      : `Nothing to mend: ${count(warnings.length, 'warning')}.`,
  )
  return 0
}

function isError({ severity }: Checked): boolean {
  return severity === 'error'
}

/** Prints a log of SARIF, or annotations, whether GitHub runs this or is to be given its output. */
function print(
  { secrets }: Screen,
  { format }: CheckFlags,
  findings: readonly Checked[],
  root: string,
  config: string | null = null,
): void {
  const lines =
    format === 'sarif'
      ? [sarif(findings, config ?? join(root, 'package.json'))]
      : findings.map(annotationOf)
  for (const line of lines) process.stdout.write(`${secrets.hide(line)}\n`)
}

function annotationOf({ severity, advice, ...finding }: Checked): string {
  const hint = [finding.hint, advice].filter(part => part !== undefined).join(' ')
  return annotation(severity, hint === '' ? finding : { ...finding, hint })
}
