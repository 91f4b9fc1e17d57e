/** What a preview has found, for people, programs and comments on a change. */
import { printable } from '../source.js'
import { time } from '../wording.js'

/** One migration, and how long its requests took on real data. */
export interface Timing {
  tag: string
  ms: number
}

/** How a preview went. */
export interface Report {
  branch: string
  parent: string
  /** Whether the parent's schema is another than its migrations left; null: not known. */
  drift: boolean | null
  migrations: readonly Timing[]
  pending: readonly string[]
  /** What kept the migrations from being applied. */
  failure: string | null
  /** The command and its exit code, where it ran. */
  command: string | null
  code: number | null
}

const kDrift = {
  true: 'The schema there is not what its migrations left: somebody has changed it by other means.',
  false: 'The schema there is what its migrations left.',
  null: 'Whether the schema there is what its migrations left is not known.',
}

/** The same as lines. */
export function reportLines(report: Report): string[] {
  const { migrations, pending, failure, command, code } = report
  const width = Math.max(0, ...migrations.map(({ tag }) => tag.length))
  return [
    kDrift[`${report.drift}`],
    ...migrations.map(({ tag, ms }) => `  ${printable(tag).padEnd(width)}  ${time(ms)}`),
    ...(migrations.length === 0 && failure === null ? ['There was nothing to apply.'] : []),
    ...(failure === null ? [] : [`Not applied: ${pending.map(printable).join(', ')}.`]),
    ...(command === null || code === null ? [] : [`${command}: exit code ${code}`]),
  ]
}

/** The same as Markdown, for the body of a comment. What fails is said first. */
export function reportMarkdown(report: Report): string {
  const { branch, parent, migrations, failure, command, code } = report
  const isGood = failure === null && (code ?? 0) === 0
  const rows = migrations.map(({ tag, ms }) => `| \`${cell(tag)}\` | ${time(ms)} |`)
  const lines = [
    `### Migrations on a branch of \`${cell(parent)}\`: ${isGood ? 'passed' : 'failed'}`,
    '',
    kDrift[`${report.drift}`],
    '',
    ...(rows.length === 0
      ? ['There was nothing to apply.']
      : ['| migration | time on its data |', '|---|---|', ...rows]),
    '',
    ...(failure === null ? [] : ['```', failure.replaceAll('```', "'''"), '```', '']),
    ...(command === null ? [] : [`\`${cell(command)}\` ended with exit code ${code}.`, '']),
    `The branch was \`${cell(branch)}\`.`,
  ]
  return `${lines.join('\n')}\n`
}

function cell(text: string): string {
  return printable(text).replaceAll('`', "'").replaceAll('|', '\\|').replaceAll('\n', ' ')
}
