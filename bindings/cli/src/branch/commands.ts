/** `ballast branch create|list|delete|reset|restore|diff|url`. */
import { runCommand, type Context } from '../command.js'
import { confirm, isInteractive } from '../confirm.js'
import { Question, failure } from '../failure.js'
import { printable } from '../source.js'
import { expiryOf, named, openApi, type Branch } from './branch.js'
import type { BranchFlags } from './settings.js'

/** The flags of all of them, as commander names them. */
export interface BranchCommandFlags extends BranchFlags {
  parent?: string
  at?: string
  schemaOnly?: boolean
  expires?: string
  protected?: boolean
  compute?: boolean
  hard?: boolean
  yes?: boolean
  from?: string
  preserve?: string
  base?: string
  database?: string
  role?: string
  pooled?: boolean
}

/** What one of them does; gives the exit code. */
type Body = (context: Context, flags: BranchCommandFlags) => Promise<number>

function command(body: Body): (flags: BranchCommandFlags) => Promise<number> {
  return flags => runCommand(flags, context => body(context, flags))
}

function show({ screen }: Context, branch: Branch, text: string): number {
  screen.event({ event: 'done', branch })
  screen.say(text)
  return 0
}

/** Makes a branch. */
export function createBranch(name: string, flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const api = await openApi(context, flags)
    const { parent, at, schemaOnly, compute } = flags
    const { branch } = await api.perform<{ branch: Branch }>({
      do: 'create',
      name,
      parent,
      at,
      schemaOnly,
      compute,
      ...(flags.protected === true ? { protect: 'on' } : {}),
      ...(flags.expires === undefined ? {} : { expires: expiryOf(flags.expires) }),
    })
    const until = branch.expires_at === undefined ? '' : `, until ${branch.expires_at}`
    return show(context, branch, `Made ${named(branch)}${until}.`)
  })(flags)
}

/** Lists the branches. */
export function listBranches(flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const { screen } = context
    const api = await openApi(context, flags)
    const { branches } = await api.perform<{ branches: Branch[] }>({ do: 'list' })
    screen.event({ event: 'done', branches })
    for (const line of table(branches)) screen.say(line)
    return 0
  })(flags)
}

function table(branches: readonly Branch[]): string[] {
  const nameOf = (id: string | undefined): string =>
    branches.find(branch => branch.id === id)?.name ?? id ?? ''
  const rows = [...branches]
    .sort((a, b) => Number(b.default) - Number(a.default) || a.name.localeCompare(b.name))
    .map(branch => [
      printable(branch.name),
      branch.id,
      printable(nameOf(branch.parent_id)),
      branch.current_state,
      [
        ...(branch.default ? ['default'] : []),
        ...(branch.protected ? ['protected'] : []),
        ...(branch.expires_at === undefined ? [] : [`until ${branch.expires_at}`]),
      ].join(', '),
    ])
  const all = [['NAME', 'ID', 'PARENT', 'STATE', ''], ...rows]
  const widths = [0, 1, 2, 3].map(at => Math.max(...all.map(row => row[at]?.length ?? 0)))
  return all.map(row => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd())
}

/** Deletes a branch, with all that is in it. */
export function deleteBranch(name: string, flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const api = await openApi(context, flags)
    const { branch } = await api.perform<{ branch: Branch }>({ do: 'get', branch: name })
    const back = flags.hard === true ? 'It cannot be recovered' : 'It can be recovered for a week'
    await agree(context, flags, `This deletes ${named(branch)} and all data in it. ${back}.`)
    await api.perform({ do: 'delete', branch: branch.id, hard: flags.hard === true })
    return show(context, branch, `Deleted ${named(branch)}.`)
  })(flags)
}

/** Gives a branch the present state of its parent. */
export function resetBranch(name: string, flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const api = await openApi(context, flags)
    const { preserve } = flags
    const { branch } = await api.perform<{ branch: Branch }>({ do: 'get', branch: name })
    const what = `This gives ${named(branch)} the state of its parent.`
    if (preserve === undefined) await agree(context, flags, `${what} ${kLost}`)
    const ask = { do: 'reset', branch: branch.id, preserve }
    const reset = await api.perform<{ branch: Branch }>(ask)
    return show(context, reset.branch, `Reset ${named(branch)} to its parent.${kept(preserve)}`)
  })(flags)
}

/** Gives a branch a state of its own past, or of another branch. */
export function restoreBranch(name: string, flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const api = await openApi(context, flags)
    const { from, at, preserve } = flags
    const { branch } = await api.perform<{ branch: Branch }>({ do: 'get', branch: name })
    const source = from === undefined ? 'itself' : from
    const when = at === undefined ? 'now' : `at ${at}`
    const what = `This gives ${named(branch)} the state of ${source} ${when}.`
    if (preserve === undefined) await agree(context, flags, `${what} ${kLost}`)
    const ask = { do: 'restore', branch: branch.id, parent: from, at, preserve }
    const restored = await api.perform<{ branch: Branch }>(ask)
    const text = `Restored ${named(branch)} to the state of ${source} ${when}.${kept(preserve)}`
    return show(context, restored.branch, text)
  })(flags)
}

const kLost = 'What it has now is lost; --preserve <name> would keep it.'

function kept(preserve: string | undefined): string {
  return preserve === undefined ? '' : ` What it was is kept as ${preserve}.`
}

/** Shows what is different between the schemas of two branches. */
export function diffBranch(name: string, flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const { screen } = context
    const api = await openApi(context, flags)
    const { base, at, database } = flags
    const ask = { do: 'compare', branch: name, base, at, database }
    const found = await api.perform<{ branch: string; base: string; diff: string }>(ask)
    screen.event({ event: 'done', ...found })
    const same = `The schemas of ${found.base} and ${found.branch} are the same.`
    screen.say(found.diff === '' ? same : found.diff.trimEnd())
    return 0
  })(flags)
}

/** Prints the connection string of a branch, which is a secret: to stdout, and nowhere else. */
export function branchUrl(name: string | undefined, flags: BranchCommandFlags): Promise<number> {
  return command(async context => {
    const api = await openApi(context, flags)
    const { database, role, pooled } = flags
    const ask = { do: 'url', branch: name, database, role, pooled }
    const { uri, branch } = await api.perform<{ uri: string; branch: Branch }>(ask)
    // Whatever else is printed goes through the screen, which takes secrets out.
    const event = { event: 'done', uri, branch: branch.id }
    process.stdout.write(`${flags.json === true ? JSON.stringify(event) : uri}\n`)
    return 0
  })(flags)
}

/** Has a person agree to what discards data, or ends with the question. */
export async function agree(
  { screen }: Context,
  flags: { yes?: boolean },
  question: string,
  flag = '--yes',
): Promise<void> {
  if (flags.yes === true) return
  if (screen.json || !isInteractive()) throw new Question(question, flag, {})
  screen.note(question)
  screen.done()
  if (!(await confirm('Go on?'))) throw failure('nothing was changed')
}
