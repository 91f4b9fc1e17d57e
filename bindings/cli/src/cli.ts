#!/usr/bin/env node
/** The command line: arguments in, text or JSON out. What the commands do is not decided here. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'

import { addMigrationCommands, type Exit } from './arguments.js'
import { addAuthoringCommands } from './authoring-arguments.js'
import { addBranchCommands } from './branch-arguments.js'
import type { DevFlags } from './dev-command.js'
import { addSchemaCommands } from './schema-arguments.js'
import { Secrets } from './secrets.js'

/** The version of this package, put in by the build. */
declare const VERSION: string

function wholeNumber(what: string, min: number, max: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (!/^-?[0-9]+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`${what} is a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

const bytes = wholeNumber('A size in bytes', 1, 2 ** 32)
const portNumber = wholeNumber('A port', 0, 65535)
const seedNumber = wholeNumber('A seed', 0, 2 ** 31 - 1)

/** What commander says of wrong arguments quotes them, and one may be a URL or a token. */
function withoutArguments(text: string): string {
  return new Secrets().hide(text.replace(/'(--[\w-]+)=[^\n]*'/g, "'$1'"))
}

function program(exit: Exit): Command {
  const ballast = new Command('ballast')
    .description('Postgres on Neon from Cloudflare Workers.')
    .version(VERSION, '--version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutArguments(text)) })
    .showHelpAfterError('Run it with --help to see what it takes.')
  addDev(ballast)
  addSchemaCommands(ballast, exit)
  addAuthoringCommands(ballast, exit)
  addMigrationCommands(ballast, exit)
  addBranchCommands(ballast, exit)
  return ballast
}

function addDev(ballast: Command): void {
  ballast
    .command('dev')
    .description('Run a Neon endpoint here: HTTP and WebSocket, on PGlite or PostgreSQL.')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 4444)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <dir>', "PGlite's data directory", '.ballast/pgdata')
    .option('--postgres <url>', 'use this PostgreSQL server instead of PGlite')
    .option('--api', "serve Neon's management API too: branches are databases of that server")
    .option(
      '--load <file.sql>',
      'run a file of SQL before listening (repeatable)',
      (file: string, files: string[]) => [...files, file],
      [],
    )
    .option('--chaos <faults>', 'inject faults, such as drop-after,500=0.1,delay=0.3')
    .option('--seed <number>', 'what faults are drawn from', seedNumber, 0)
    .option('--record [file]', 'write down the queries that come, for `ballast check`')
    .option('--max-request <bytes>', 'largest request body (default: 64 MiB)', bytes)
    .option('--max-response <bytes>', 'largest reply (default: 64 MiB)', bytes)
    .option('--json', 'print one JSON object a line')
    .option('--quiet', 'print only where it listens, and errors')
    .addHelpText(
      'after',
      `
Example:
  $ ballast dev --load schema.sql
  $ ballast dev --postgres postgres://me@localhost/app --chaos drop-after,500=0.1 --seed 7
  $ ballast dev --postgres postgres://me@localhost/app --api

User, password and database of the endpoint are all "ballast".`,
    )
    .action(async (flags: DevFlags) => {
      // Only who starts an endpoint waits for its libraries to load.
      const { startDevCommand } = await import('./dev-command.js')
      await startDevCommand(flags)
    })
}

/** Runs the command line and returns the exit code: 0 done, 1 failed, 2 needs an answer. */
async function main(args: readonly string[]): Promise<number> {
  let code = 0
  try {
    const exit: Exit = ended => (code = ended)
    await program(exit).parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Commander has already said what was wrong, and its help ends in an error of code 0.
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0 && args.includes('--json')) {
        const message = withoutArguments(error.message).replace(/^error: /, '')
        console.log(JSON.stringify({ event: 'error', code: null, message }))
      }
      return error.exitCode
    }
    const message = error instanceof Error ? error.message : String(error)
    if (args.includes('--json')) console.log(JSON.stringify({ event: 'error', message }))
    else console.error(`ballast: ${message}`)
    return 1
  }
}

/** Ends the process when all is written, although code of the project may hold a connection. */
function end(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

// Not awaited at the top: Node has words and an exit code of its own for what never ends.
void main(process.argv.slice(2)).then(end)
