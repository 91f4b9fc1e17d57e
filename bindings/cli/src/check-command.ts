/** `ballast check`. What it looks at comes in halves, each of which gives its findings. */
import { checkFolder } from './check-folder.js'
import { runCommand, type Context } from './command.js'
import type { ConnectFlags } from './connect.js'
import { Failure, type Finding } from './failure.js'
import type { Checked } from './folder-findings.js'
import { annotation } from './github.js'
import { count } from './wording.js'

/** The flags of `ballast check`, as commander names them. */
export interface CheckFlags extends ConnectFlags {
  database?: boolean
  format?: 'text' | 'github'
}

/** What one half has found, and what it tells programs beside that. */
export interface HalfResult {
  findings: readonly Checked[]
  facts: Readonly<Record<string, unknown>>
}

/** A half of the check. */
export type Half = (context: Context, flags: CheckFlags) => Promise<HalfResult>

const kHalves: readonly Half[] = [checkFolder]

/** Looks for what is not as it should be; 1 where something has to be mended. */
export async function checkCommand(flags: CheckFlags): Promise<number> {
  return runCommand(flags, async context => {
    const { screen } = context
    const results: HalfResult[] = []
    for (const half of kHalves) results.push(await half(context, flags))
    const findings = results.flatMap(result => result.findings)
    const facts = Object.assign({}, ...results.map(result => result.facts)) as object
    const errors = findings.filter(({ severity }) => severity === 'error')
    const warnings = findings.filter(({ severity }) => severity === 'warning')
    if (flags.format === 'github') {
      for (const finding of findings) print(context, finding)
      return errors.length > 0 ? 1 : 0
    }
    for (const finding of warnings) screen.warn(findingOf(finding))
    if (errors.length > 0)
      throw new Failure(errors.map(findingOf), facts as Record<string, unknown>)
    screen.event({ event: 'done', ...facts, warnings: warnings.length })
    screen.say(
      warnings.length === 0
        ? 'Nothing to mend.'
        : `Nothing to mend: ${count(warnings.length, 'warning')}.`,
    )
    return 0
  })
}

function findingOf({ severity: _, ...finding }: Checked): Finding {
  return finding
}

/** An annotation, whether GitHub runs this or its output is carried there. */
function print({ screen }: Context, { severity, advice, ...finding }: Checked): void {
  const hint = [finding.hint, advice].filter(part => part !== undefined).join(' ')
  const line = annotation(severity, hint === '' ? finding : { ...finding, hint })
  process.stdout.write(`${screen.secrets.hide(line)}\n`)
}
