/** The flags of the commands about a project's files. What they do is loaded when one is called. */
import { Option, type Command } from 'commander'

import type { Exit } from './arguments.js'
import type { CheckFlags } from './check-command.js'
import { config, envFile, json, urlEnv } from './common-options.js'
import type { ExportFlags } from './export-command.js'
import type { InitFlags } from './init-command.js'
import type { RebaseFlags } from './rebase-command.js'
import type { TypesFlags } from './types-command.js'

const database = ['--database', 'ask the journal of the database, too'] as const

const sources = (): Option =>
  new Option(
    '--from <source>',
    'whose schema: where the migrations lead, what is wanted, a database',
  )
    .choices(['folder', 'schema', 'database'])
    .default('folder')

/** Adds `init check rebase types export`. */
export function addAuthoringCommands(ballast: Command, exit: Exit): void {
  addInit(ballast, exit)
  addCheck(ballast, exit)
  addRebase(ballast, exit)
  addTypes(ballast, exit)
  addExport(ballast, exit)
}

function addInit(ballast: Command, exit: Exit): void {
  ballast
    .command('init')
    .description('Write what a project needs to begin: configuration, schema, a Worker.')
    .addOption(
      new Option('--ci <ci>', 'the steps of a CI, too: for GitHub, or as plain commands').choices([
        'github',
        'plain',
      ]),
    )
    .option('--yes', 'do not ask')
    .option(...json)
    .addHelpText(
      'after',
      '\nExample:\n  $ ballast init --ci github\n\nNothing that is there is written over.',
    )
    .action(async (flags: InitFlags) => {
      const { initCommand } = await import('./init-command.js')
      exit(await initCommand(flags))
    })
}

function addCheck(ballast: Command, exit: Exit): void {
  ballast
    .command('check')
    .description('Look for what is not as it should be: in the migrations, and in the queries.')
    .option('--write', "write the types of rows into the code: sql<{ id: number }>`…`")
    .option('--frozen', 'write nothing; end with 1 where what is written is not up to date')
    .option('--watch', 'look again whenever a file has changed')
    .option(...database)
    .addOption(
      new Option('--format <format>', 'how findings are printed')
        .choices(['text', 'github', 'sarif'])
        .default('text'),
    )
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast check
  $ ballast check --frozen --format github

Queries are checked against where the migrations lead. What is right is written beside the bundle:
verified.js for the Worker, queries.d.ts for the compiler, schema.js for the checker.
Ends with 1 for an error.`,
    )
    .action(async (flags: CheckFlags) => {
      const { checkCommand } = await import('./check-command.js')
      exit(await checkCommand(flags))
    })
}

function addRebase(ballast: Command, exit: Exit): void {
  ballast
    .command('rebase')
    .description('After a merge, put the migrations of this branch behind those of the other.')
    .option('--onto <ref>', 'the branch whose migrations stay (default: main, as of the merge)')
    .option(...database)
    .option('--dry-run', 'print what would change, and change nothing')
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ git merge main
  $ ballast rebase --dry-run
  $ ballast rebase

With --database what that database has applied keeps its name.`,
    )
    .action(async (flags: RebaseFlags) => {
      const { rebaseCommand } = await import('./rebase-command.js')
      exit(await rebaseCommand(flags))
    })
}

function addTypes(ballast: Command, exit: Exit): void {
  ballast
    .command('types')
    .description('Write TypeScript types of the tables, as the client returns their rows.')
    .option('--out <file>', 'the file to write (default: ballast/database.ts)')
    .option('--check', 'write nothing; end with 1 where the file is not up to date')
    .addOption(sources())
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText('after', '\nExample:\n  $ ballast types --out src/database.ts')
    .action(async (flags: TypesFlags) => {
      const { typesCommand } = await import('./types-command.js')
      exit(await typesCommand(flags))
    })
}

function addExport(ballast: Command, exit: Exit): void {
  ballast
    .command('export')
    .description('Print the schema: as SQL, as JSON, or as a diagram in Mermaid.')
    .addOption(sources())
    .addOption(
      new Option('--format <format>', 'what to print')
        .choices(['sql', 'json', 'mermaid'])
        .default('sql'),
    )
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText('after', '\nExample:\n  $ ballast export --format mermaid > schema.mmd')
    .action(async (flags: ExportFlags) => {
      const { exportCommand } = await import('./export-command.js')
      exit(await exportCommand(flags))
    })
}
