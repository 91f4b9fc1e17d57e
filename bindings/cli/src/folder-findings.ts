/** What is not as it should be in a folder of migrations, told by its files alone. */
import { join } from 'node:path'

import type { Finding, Place } from './failure.js'
import type { FolderFile } from './folder.js'
import { compareNumbers, downOf, isConflicted, snapshotOf, type History } from './folder-history.js'
import { noFileAdvice } from './tools.js'

/** A finding, and whether it ends `ballast check` with 1. */
export interface Checked extends Finding {
  severity: 'error' | 'warning'
}

const kMend =
  'Two branches have each added a migration. After the merge, `ballast rebase` puts those of ' +
  'this branch behind the others.'

/** Numbers with fewer digits are counted; longer ones are times. */
const kTimeDigits = 10

/** Everything about the history, without looking at what the migrations do. */
export function historyFindings(
  folder: string,
  files: readonly FolderFile[],
  history: History,
): Checked[] {
  const at = (file: string, line?: number): Place => ({
    file: join(folder, file),
    ...(line === undefined ? {} : { line }),
  })
  return [
    ...forkFindings(folder, files, history),
    ...journalFindings(history, files, at),
    ...gapFindings(history, at),
    ...downFindings(history, at),
  ]
}

/** Migrations before the first one that has a down come from tools that know none. */
function downFindings({ migrations }: History, at: (file: string) => Place): Checked[] {
  const first = migrations.findIndex(({ hasDown }) => hasDown)
  const without = migrations.filter((each, index) => each.hasFile && !each.hasDown && index > first)
  return (first === -1 ? [] : without).map(({ tag, file }) => {
    const message = `${tag} has no down, so \`ballast undo\` stops at it: write it as `
    return warning(message + downOf(file), at(file))
  })
}

/** What says that two branches have each gone on from one state. */
export function forkFindings(
  folder: string,
  files: readonly FolderFile[],
  history: History,
): Checked[] {
  const at = (file: string): Place => ({ file: join(folder, file) })
  const marked = history.conflicts.map((file): Checked => {
    const text = files.find(({ path }) => path === file)?.text ?? ''
    const line = text.split('\n').findIndex(each => isConflicted(each)) + 1
    const isSql = file.endsWith('.sql')
    return {
      ...error('the marks of a merge conflict', { ...at(file), line }),
      advice: isSql
        ? 'Both branches have a migration of this name. Keep the one of the branch that you ' +
          'merged in, save the other one under another name, then run `ballast rebase`.'
        : kMend,
    }
  })
  return [...marked, ...numberFindings(history, at), ...chainFindings(history, at)]
}

function numberFindings({ format, migrations }: History, at: (file: string) => Place): Checked[] {
  if (format !== 'v7' && format !== 'plain') return []
  const byNumber = new Map<string, string[]>()
  for (const { number, file } of migrations) {
    if (number === '') continue
    const key = String(BigInt(number))
    byNumber.set(key, [...(byNumber.get(key) ?? []), file])
  }
  return [...byNumber.values()].flatMap(found => {
    const [first, ...others] = [...new Set(found)]
    return others.map(file => ({
      ...error(`the number of this migration is that of ${String(first)} too`, at(file)),
      advice: kMend,
    }))
  })
}

/** Two snapshots that follow the same one are two histories. */
function chainFindings(history: History, at: (file: string) => Place): Checked[] {
  const { format, snapshots } = history
  if (format === 'v7') {
    const order = new Map(history.migrations.map(({ tag }, index) => [snapshotOf(tag), index]))
    const known = snapshots
      .filter(({ file }) => order.has(file) && !history.conflicts.includes(file))
      .sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0))
    const seen = new Map<string, string>()
    return known.flatMap(({ file, prevIds: [parent = ''] }) => {
      const other = seen.get(parent)
      seen.set(parent, file)
      if (other === undefined) return []
      const message = `this snapshot follows the same one as ${other}`
      return [{ ...error(message, at(file)), advice: kMend }]
    })
  }
  const parents = new Set(snapshots.flatMap(({ prevIds }) => prevIds))
  const heads = snapshots.filter(({ id }) => !parents.has(id))
  const [first, ...others] = heads
  return others.map(({ file }) => ({
    ...error(`history has two heads: this snapshot, and ${first?.file ?? ''}`, at(file)),
    advice: kMend,
  }))
}

function journalFindings(
  { journal, migrations, strays, format }: History,
  files: readonly FolderFile[],
  at: (file: string, line?: number) => Place,
): Checked[] {
  const text = files.find(({ path }) => path === journal?.file)?.text ?? ''
  const lineOf = (tag: string): number | undefined => {
    const line = text.split('\n').findIndex(each => each.includes(JSON.stringify(tag)))
    return line === -1 ? undefined : line + 1
  }
  const found: Checked[] = strays.map(file =>
    format === 'v7'
      ? {
          ...error('the journal does not name this file, so it is no migration', at(file)),
          advice: 'Add its entry to meta/_journal.json, or take the file away.',
        }
      : warning('its name does not begin with a number, so it is no migration', at(file)),
  )
  if (journal === null) return found
  if (!journal.isReadable) found.push(error('it is not the journal of Drizzle', at(journal.file)))
  for (const { tag, file, hasFile } of migrations) {
    if (hasFile) continue
    found.push({
      ...error(`the journal names ${tag}, and there is no ${file}`, at(journal.file, lineOf(tag))),
      advice: noFileAdvice,
    })
  }
  const seen = new Set<string>()
  let last = -Infinity
  for (const { tag, when } of journal.entries) {
    if (seen.has(tag)) {
      found.push(error(`the journal names ${tag} twice`, at(journal.file, lineOf(tag))))
    }
    seen.add(tag)
    if (when <= last) {
      const message = `${tag} is not younger than an entry before it: Drizzle's migrators skip it`
      found.push(warning(message, at(journal.file, lineOf(tag))))
    }
    last = Math.max(last, when)
  }
  return found
}

function gapFindings({ format, migrations }: History, at: (file: string) => Place): Checked[] {
  if (format !== 'v7' && format !== 'plain') return []
  const counted = migrations
    .filter(({ number }) => number !== '' && number.length < kTimeDigits)
    .sort((a, b) => compareNumbers(a.number, b.number))
  return counted.flatMap(({ number, file }, index) => {
    const before = counted[index - 1]
    if (before === undefined || BigInt(number) - BigInt(before.number) <= 1n) return []
    return [warning(`there is a gap between ${before.file} and this one`, at(file))]
  })
}

/** The finding alone, for where it is known how bad it is. */
export function findingOf({ severity: _, ...finding }: Checked): Finding {
  return finding
}

/** Something that has to be mended. */
export function error(message: string, place?: Place): Checked {
  return { severity: 'error', code: null, message, place }
}

/** Something that is risky, or that somebody may have meant. */
export function warning(message: string, place?: Place): Checked {
  return { severity: 'warning', code: null, message, place }
}
