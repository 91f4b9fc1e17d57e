/** The flags of the commands about branches. What they do is loaded only when one is called. */
import type { Command } from 'commander'

import type { Exit } from './arguments.js'
import type { BranchCommandFlags } from './branch/commands.js'
import type { PreviewFlags } from './branch/preview.js'
import type { RollbackFlags } from './branch/rollback.js'
import { config, envFile, json } from './common-options.js'

const project = ['--project <id>', 'the project (default: NEON_PROJECT_ID, or "neon")'] as const
const yes = ['--yes', 'do not ask'] as const
const preserve = ['--preserve <name>', 'keep the state before as a branch of that name'] as const
const at = ['--at <time>', 'as of this time, or this position in the log'] as const
const database = ['--database <name>', 'the database, where there are several'] as const

const keyHelp = `
The key of Neon's API is in NEON_API_KEY, or in the file that NEON_API_KEY_FILE names. With
NEON_API_HOST another host is asked, such as the one of \`ballast dev --api\`.`

/** Adds `branch preview rollback`. */
export function addBranchCommands(ballast: Command, exit: Exit): void {
  const branch = ballast
    .command('branch')
    .description("Manage the branches of a project of Neon's.")
    .addHelpText('after', `\nExample:\n  $ ballast branch list\n${keyHelp}`)
  addCreate(branch, exit)
  addList(branch, exit)
  addDelete(branch, exit)
  addReset(branch, exit)
  addRestore(branch, exit)
  addDiff(branch, exit)
  addUrl(branch, exit)
  addPreview(ballast, exit)
  addRollback(ballast, exit)
}

function common(command: Command): Command {
  return command.option(...project).option(...config).option(...envFile).option(...json)
}

const load = (): Promise<typeof import('./branch/commands.js')> => import('./branch/commands.js')

function addCreate(branch: Command, exit: Exit): void {
  common(branch.command('create <name>'))
    .description('Make a branch, with a compute to connect to.')
    .option('--parent <branch>', 'its parent, by name or id (default: the default branch)')
    .option(...at)
    .option('--schema-only', 'the schema of the parent, without its rows')
    .option('--expires <time>', 'when Neon deletes it: 2h, 7d, or a time')
    .option('--protected', 'have Neon refuse to delete it')
    .option('--no-compute', 'only the data')
    .addHelpText('after', '\nExample:\n  $ ballast branch create try-slugs --expires 2h')
    .action(async (name: string, flags: BranchCommandFlags) => {
      exit(await (await load()).createBranch(name, flags))
    })
}

function addList(branch: Command, exit: Exit): void {
  common(branch.command('list'))
    .description('List the branches.')
    .addHelpText('after', '\nExample:\n  $ ballast branch list --json')
    .action(async (flags: BranchCommandFlags) => exit(await (await load()).listBranches(flags)))
}

function addDelete(branch: Command, exit: Exit): void {
  common(branch.command('delete <branch>'))
    .description('Delete a branch and all data in it.')
    .option('--hard', 'for good, and not only until it is recovered')
    .option(...yes)
    .addHelpText('after', '\nExample:\n  $ ballast branch delete try-slugs --yes')
    .action(async (name: string, flags: BranchCommandFlags) => {
      exit(await (await load()).deleteBranch(name, flags))
    })
}

function addReset(branch: Command, exit: Exit): void {
  common(branch.command('reset <branch>'))
    .description('Give a branch the present state of its parent.')
    .option(...preserve)
    .option(...yes)
    .addHelpText('after', '\nExample:\n  $ ballast branch reset staging --preserve staging-before')
    .action(async (name: string, flags: BranchCommandFlags) => {
      exit(await (await load()).resetBranch(name, flags))
    })
}

function addRestore(branch: Command, exit: Exit): void {
  common(branch.command('restore <branch>'))
    .description('Give a branch a state of its own past, or of another branch.')
    .option('--from <branch>', 'the other branch (default: itself)')
    .option(...at)
    .option(...preserve)
    .option(...yes)
    .addHelpText(
      'after',
      '\nExample:\n  $ ballast branch restore main --at 2026-01-31T12:00:00Z --preserve before',
    )
    .action(async (name: string, flags: BranchCommandFlags) => {
      exit(await (await load()).restoreBranch(name, flags))
    })
}

function addDiff(branch: Command, exit: Exit): void {
  common(branch.command('diff <branch>'))
    .description('Show how the schema of a branch differs from that of its parent.')
    .option('--base <branch>', 'compare it with this one instead')
    .option(...at)
    .option(...database)
    .addHelpText('after', '\nExample:\n  $ ballast branch diff try-slugs --base main')
    .action(async (name: string, flags: BranchCommandFlags) => {
      exit(await (await load()).diffBranch(name, flags))
    })
}

function addUrl(branch: Command, exit: Exit): void {
  common(branch.command('url [branch]'))
    .description('Print the connection string of a branch. It is a secret.')
    .option(...database)
    .option('--role <name>', 'the role (default: the owner of the database)')
    .option('--pooled', "through Neon's pooler")
    .addHelpText('after', '\nExample:\n  $ DATABASE_URL=$(ballast branch url try-slugs) npm test')
    .action(async (name: string | undefined, flags: BranchCommandFlags) => {
      exit(await (await load()).branchUrl(name, flags))
    })
}

function addPreview(ballast: Command, exit: Exit): void {
  common(ballast.command('preview [command...]'))
    .description('Try the pending migrations on a branch that is deleted afterwards.')
    .option('--parent <branch>', 'whose data to try them on (default: the default branch)')
    .option('--name <name>', 'what to call the branch (default: preview- and something random)')
    .option('--expires <time>', 'when Neon deletes it if nobody else can', '2h')
    .option('--keep', 'leave the branch there, until it expires')
    .option('--report <file>', 'write the report as Markdown too, for a comment')
    .option(...database)
    .addHelpText(
      'after',
      `
The command runs with DATABASE_URL and MIGRATE_DATABASE_URL set to the branch, and its exit code is
that of the preview.

Example:
  $ ballast preview -- npm test
${keyHelp}`,
    )
    .action(async (command: string[], flags: PreviewFlags) => {
      const { previewCommand } = await import('./branch/preview.js')
      exit(await previewCommand(command, flags))
    })
}

function addRollback(ballast: Command, exit: Exit): void {
  common(ballast.command('rollback'))
    .description('Say which ways back there are and what each loses, and go one of them.')
    .option('--to <tag>', 'the last migration that stays (default: the one before the last)')
    .option('--way <way>', 'undo, restore or version: go this one')
    .option('--branch <branch>', "the branch (default: the one that the database's URL leads to)")
    .option('--preserve <name>', 'restore: what to call the state before (default: with the time)')
    .option('--versions <folders...>', 'folders of older versions, with their verified.js')
    .option('--environment <name>', "what the database's name has to be")
    .option('--url-env <name>', "the variable that has the database's URL")
    .option(...yes)
    .addHelpText('after', `\nExample:\n  $ ballast rollback --to 0003_users\n${keyHelp}`)
    .action(async (flags: RollbackFlags) => {
      const { rollbackCommand } = await import('./branch/rollback.js')
      exit(await rollbackCommand(flags))
    })
}
