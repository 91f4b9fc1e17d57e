/** The flags of the commands about schemas. What they do is loaded only when one is called. */
import { Option, type Command } from 'commander'

import type { Exit } from './arguments.js'
import { config, envFile, json, urlEnv } from './common-options.js'
import type { DriftFlags } from './drift-command.js'
import type { GenerateFlags } from './generate-command.js'
import type { PullFlags } from './pull-command.js'
import type { PushFlags } from './push-command.js'

const hints = ['--hints <file>', 'the same as --answers'] as const
const answers = ['--answers <file>', 'renames and creations, as JSON or a file of it'] as const

const answersHelp = `
Whether something was renamed is asked. Without a terminal --answers says it, in the form of
Drizzle's hints: [{"type":"rename","kind":"column","from":["public","users","mail"],
"to":["public","users","email"]}], or {"type":"create","kind":"column","entity":[…]}.`

/** Adds `generate push pull drift`. */
export function addSchemaCommands(ballast: Command, exit: Exit): void {
  addGenerate(ballast, exit)
  addPush(ballast, exit)
  addPull(ballast, exit)
  addDrift(ballast, exit)
}

function addGenerate(ballast: Command, exit: Exit): void {
  ballast
    .command('generate')
    .description('Write the migration that leads to the schema that is wanted, and its way back.')
    .option('--name <name>', 'what to call it')
    .option('--custom', 'write an empty one, for SQL of your own')
    .option('--dry-run', 'print it, and write nothing')
    .option(...answers)
    .option(...hints)
    .option('--prove', 'run the whole folder on an empty database and look where it leads')
    .option('--large <tables...>', 'tables too large to be written anew: change types in stages')
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast generate --name add_slug
${answersHelp}`,
    )
    .action(async (flags: GenerateFlags) => {
      const { generateCommand } = await import('./generate-command.js')
      exit(await generateCommand(flags))
    })
}

function addPush(ballast: Command, exit: Exit): void {
  ballast
    .command('push')
    .description('Make a database what the schema says, without a migration: for development.')
    .option('--dry-run', 'print what would run, and run nothing')
    .option('--allow <hazards>', 'hazards to accept, such as deletes-data')
    .option(...answers)
    .option(...hints)
    .option('--yes', 'do not ask')
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText(
      'after',
      `
Example:
  $ ballast push --dry-run
  $ ballast push --allow deletes-data
${answersHelp}`,
    )
    .action(async (flags: PushFlags) => {
      const { pushCommand } = await import('./push-command.js')
      exit(await pushCommand(flags))
    })
}

function addPull(ballast: Command, exit: Exit): void {
  ballast
    .command('pull')
    .description('Write what a database has as schema.sql, or as a schema.ts for Drizzle.')
    .option('--out <file>', 'the file to write (default: "schema" in ballast.config.json)')
    .option('--baseline', 'write the first migration too, and mark it as applied')
    .option('--yes', 'replace the file if it is there')
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText('after', '\nExample:\n  $ ballast pull --out schema.sql --baseline')
    .action(async (flags: PullFlags) => {
      const { pullCommand } = await import('./pull-command.js')
      exit(await pullCommand(flags))
    })
}

function addDrift(ballast: Command, exit: Exit): void {
  ballast
    .command('drift')
    .description('Compare a database with the migrations and the schema; end with 1 if it differs.')
    .addOption(new Option('--against <what>', 'only one of them').choices(['folder', 'schema']))
    .option('--sql', 'print the statements that would mend it')
    .option(...urlEnv)
    .option(...config)
    .option(...envFile)
    .option(...json)
    .addHelpText('after', '\nExample:\n  $ ballast drift --against folder --sql')
    .action(async (flags: DriftFlags) => {
      const { driftCommand } = await import('./drift-command.js')
      exit(await driftCommand(flags))
    })
}
