/** The flags of the commands about migrations. What they do is loaded only when one is called. */
import { Option, type Command } from 'commander'

import type { BaselineFlags } from './baseline-command.js'
import type { BundleCommandFlags } from './bundle-command.js'
import { config, envFile, json, urlEnv } from './common-options.js'
import type { MigrateFlags } from './migrate-command.js'
import type { StatusFlags } from './status-command.js'
import type { UndoFlags } from './undo-command.js'

/** Hears the exit code of the command that ran. */
export type Exit = (code: number) => void

const via = ['--via <url>', "have a Worker's migration endpoint do it"] as const
const environment = ['--environment <name>', "what the database's name has to be"] as const
const lock = ['--lock-timeout <time>', 'how long to wait for a lock, such as 3s'] as const
const statement = ['--statement-timeout <time>', 'how long a statement may take'] as const

const secretsHelp = `
The database's URL is in MIGRATE_DATABASE_URL or DATABASE_URL (or what "url" in
ballast.config.json names), the endpoint's token in BALLAST_MIGRATE_TOKEN.`

/** Adds `bundle migrate status undo baseline`. */
export function addMigrationCommands(ballast: Command, exit: Exit): void {
  addBundle(ballast, exit)
  addMigrate(ballast, exit)
  addStatus(ballast, exit)
  addUndo(ballast, exit)
  addBaseline(ballast, exit)
}

function addBundle(ballast: Command, exit: Exit): void {
  ballast
    .command('bundle')
    .description('Turn the folder of migrations into a module that a Worker can import.')
    .option('--out <file>', 'the module to write (default: "bundle" in ballast.config.json)')
    .option('--check', 'write nothing; end with 1 where the module is not up to date')
    .option(...json)
    .addHelpText('after', '\nExample:\n  $ ballast bundle --out src/ballast/bundle.js')
    .action(async (flags: BundleCommandFlags) => {
      const { bundleCommand } = await import('./bundle-command.js')
      exit(await bundleCommand(flags))
    })
}

function addMigrate(ballast: Command, exit: Exit): void {
  ballast
    .command('migrate')
    .description('Apply the migrations that are pending.')
    .option(...via)
    .option(...environment)
    .option('--dry-run', 'print what would run, and apply nothing')
    .addOption(
      new Option('--order <order>', 'whether one may be applied after a later one').choices([
        'linear',
        'non-linear',
      ]),
    )
    .option('--allow-missing', 'go on although the database has migrations that the folder lacks')
    .option('--claim-environment', 'give the database the name of --environment')
    .option(...lock)
    .option(...statement)
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast migrate --environment staging
  $ ballast migrate --via https://app.example.com/ballast/migrate --environment production
${secretsHelp}`,
    )
    .action(async (flags: MigrateFlags) => {
      const { migrateCommand } = await import('./migrate-command.js')
      exit(await migrateCommand(flags))
    })
}

function addStatus(ballast: Command, exit: Exit): void {
  ballast
    .command('status')
    .description('Show which migrations are applied, pending, edited, missing or under way.')
    .option(...via)
    .option(...environment)
    .option('--expect <tag>', 'end with 1 where this migration is not applied')
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast status --expect 0004_orders
${secretsHelp}`,
    )
    .action(async (flags: StatusFlags) => {
      const { statusCommand } = await import('./status-command.js')
      exit(await statusCommand(flags))
    })
}

function addUndo(ballast: Command, exit: Exit): void {
  ballast
    .command('undo')
    .description('Undo the migrations after one that stays, by their down migrations.')
    .requiredOption('--to <tag>', 'the last migration that stays applied')
    .option(...via)
    .option(...environment)
    .option('--allow-data-loss', 'undo although data are lost by it')
    .option('--dry-run', 'print what would run, and undo nothing')
    .option(...lock)
    .option(...statement)
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast undo --to 0003_users --dry-run
  $ ballast undo --to 0003_users
${secretsHelp}`,
    )
    .action(async (flags: UndoFlags) => {
      const { undoCommand } = await import('./undo-command.js')
      exit(await undoCommand(flags))
    })
}

function addBaseline(ballast: Command, exit: Exit): void {
  ballast
    .command('baseline')
    .description('Mark migrations as applied without running them.')
    .option('--to <tag>', 'the last migration to mark; all that are pending unless given')
    .option('--yes', 'do not ask')
    .option(...environment)
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast baseline --to 0003_users
${secretsHelp}`,
    )
    .action(async (flags: BaselineFlags) => {
      const { baselineCommand } = await import('./baseline-command.js')
      exit(await baselineCommand(flags))
    })
}
