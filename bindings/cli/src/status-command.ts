/** `ballast status`. */
import type { Status } from 'ballast/migrate'

import { runCommand } from './command.js'
import { connect, type ConnectFlags } from './connect.js'
import { failure, type Failure, type Finding } from './failure.js'
import { reporting } from './problem.js'
import { printable } from './source.js'
import { progress, time } from './wording.js'

/** The flags of `ballast status`, as commander names them. */
export interface StatusFlags extends ConnectFlags {
  expect?: string
}

/** Shows how things stand; 1 where something is not as it should be. */
export async function statusCommand(flags: StatusFlags): Promise<number> {
  return runCommand(flags, async context => {
    const { config, screen } = context
    const { runner, bundled, common } = await connect(flags, context)
    const at = { config, bundle: bundled.bundle, runner, command: 'ballast status' }
    const { expect } = flags
    const status = await reporting(at, () => {
      const asked = expect === undefined ? {} : { expect }
      return runner.perform({ action: 'status', ...common, ...asked }, () => {})
    })
    const { environment } = common
    // Who only looks is told of every database; which one is meant is for us to compare.
    if (environment !== undefined && status.environment !== null) {
      if (environment !== status.environment) throw elsewhere(environment, status.environment)
    }
    const order = bundled.migrations.map(({ tag }) => tag)
    const isMet = expect === undefined || (status.expect ?? holds(status, expect))
    for (const line of table(status, order)) screen.say(line)
    for (const warning of warnings(status, bundled.hash, runner.isRemote)) screen.warn(warning)
    if (!isMet) screen.note(`${expect} is not applied, and was expected to be.`)
    screen.event({ event: 'done', ...status, ...(expect === undefined ? {} : { expect: isMet }) })
    return status.edited.length + status.missing.length > 0 || !isMet ? 1 : 0
  })
}

function elsewhere(wanted: string, found: string): Failure {
  const message = `the database belongs to the environment ${found}, and not to ${wanted}`
  return failure(message, 'Is --via the address that was meant?', 'BM003')
}

function holds({ applied, partial }: Status, tag: string): boolean {
  return applied.some(each => each.tag === tag) && !partial.some(each => each.tag === tag)
}

function table(status: Status, order: readonly string[]): string[] {
  const rows = rowsOf(status, order)
  const widths = [0, 1].map(at => Math.max(0, ...rows.map(row => (row[at] ?? '').length)))
  const lines = rows.map(([state = '', tag = '', rest = '']) =>
    `  ${state.padEnd(widths[0] ?? 0)}  ${tag.padEnd(widths[1] ?? 0)}  ${rest}`.trimEnd(),
  )
  const { environment, server, role } = status
  const name = environment === null ? 'an environment without a name' : `environment ${environment}`
  const head = `${name}, PostgreSQL ${Math.floor(server / 10_000)}.${server % 10_000}`
  const none = lines.length === 0 ? ['  No migrations.'] : lines
  return [
    printable(`${head}, role ${role.name}`),
    ...none.map(printable),
    printable(
      `Timeouts of the role: lock ${role.lockTimeout}, statement ${role.statementTimeout}, ` +
        `idle in transaction ${role.idleInTransactionSessionTimeout}`,
    ),
  ]
}

/** What is said of a migration that was not simply applied. */
const how: Readonly<Record<string, string>> = {
  baseline: 'marked',
  adopted: 'by Drizzle',
  drizzle: 'by Drizzle, to be taken over',
  renamed: 'renamed',
}

/** A row for each migration, in the folder's order; what the folder lacks comes first. */
function rowsOf(status: Status, order: readonly string[]): string[][] {
  const { applied, pending, edited, missing, partial, running, renamed } = status
  const rows = new Map<string, string[]>()
  for (const { tag, kind, at, actor, application } of applied) {
    const state = edited.includes(tag) ? 'edited' : missing.includes(tag) ? 'missing' : 'applied'
    const who = actor === null ? '' : `by ${actor}`
    const rest = [at === null ? '' : moment(at), how[kind] ?? '', who, application ?? '']
    rows.set(tag, [state, tag, rest.filter(text => text !== '').join('  ')])
  }
  for (const tag of edited) if (!rows.has(tag)) rows.set(tag, ['edited', tag])
  for (const tag of missing) if (!rows.has(tag)) rows.set(tag, ['missing', tag])
  for (const tag of pending) rows.set(tag, ['pending', tag])
  for (const { from, to } of renamed) rows.set(to, ['renamed', to, `applied as ${from}`])
  for (const { tag, segment, segments, direction } of partial) {
    const verb = direction === 'undo' ? 'undone' : 'applied'
    rows.set(tag, ['partial', tag, `${segment} of ${segments} parts ${verb}`])
  }
  for (const { tag, what, phase, done, total, ms } of running) {
    const far = progress(phase ?? 'not at work now', done, total)
    rows.set(tag, ['running', tag, `${what}: ${far}, for ${time(ms)}`])
  }
  const rank = (tag: string | undefined): number => order.indexOf(tag ?? '')
  return [...rows.values()].sort((a, b) => rank(a[1]) - rank(b[1]))
}

/** A time of the journal's, to the second, in UTC; as it came where it is no time. */
function moment(at: string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

function warnings(status: Status, hash: string, isRemote: boolean): Finding[] {
  const { role, bundle, drift, edited, missing } = status
  const warn = (message: string): Finding => ({ code: null, message })
  const isEndless = /^0(ms|s|min)?$/.test(role.lockTimeout)
  const alter = `alter role "${role.name.replaceAll('"', '""')}" set lock_timeout = '3s'`
  return [
    ...(edited.length === 0 ? [] : [warn(`edited after being applied: ${edited.join(', ')}`)]),
    ...(missing.length === 0
      ? []
      : [warn(`applied, and not in the folder: ${missing.join(', ')}`)]),
    ...(drift === true
      ? [warn('the schema is not as the last migration left it: `ballast drift` says where')]
      : []),
    ...(isEndless
      ? [
          warn(
            `the role ${role.name} has no lock_timeout: a statement outside a transaction, such ` +
              'as CREATE INDEX CONCURRENTLY, may wait without end, and others behind it. ' +
              `Run: ${alter}`,
          ),
        ]
      : []),
    ...(isRemote && bundle !== hash
      ? [warn('the Worker was deployed with another state of the folder than this one')]
      : []),
  ]
}
