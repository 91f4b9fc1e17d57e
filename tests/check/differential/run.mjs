/**
 * The checker against servers: `npm run differential -- --suite regress|mutants|nullability`, or
 * `-- --schema FILE.sql --queries FILE.jsonl`, whose lines are texts of queries as JSON. Ends with
 * 1 where the checker rejects what the server takes, names another type, or calls a NULL not-null.
 *
 *   --server 17|14|15|16|18|pglite   which server of our own; 17
 *   --url URL            a server of yours: a database is made on it for the run and dropped
 *   --json               prints one JSON object with the scores, and what is found on stderr
 *   --files a,b          of the regression suite, these files only
 *   --seed N             of the mutants and of the rows: 1
 *   --mutants N          how many: 6000
 *   --fills N            how often the tables are filled for nullability: 4
 *   --examples N         how many examples of each are printed: 3
 *   --checker FILE       the program that checks, of a native build; `none` checks nothing
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { native } from '../../support/native.mjs'
import { Checker, nobody } from './checker.mjs'
import { runMutants } from './mutants.mjs'
import { runNullability } from './nullability.mjs'
import { runOwn } from './own.mjs'
import { runRegress } from './regress.mjs'
import { Score, print } from './score.mjs'
import { open } from './servers.mjs'

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string' },
    server: { type: 'string', default: '17' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
    files: { type: 'string' },
    seed: { type: 'string', default: '1' },
    mutants: { type: 'string', default: '6000' },
    fills: { type: 'string', default: '4' },
    examples: { type: 'string', default: '3' },
    checker: { type: 'string', default: native('check_batch') },
    schema: { type: 'string' },
    queries: { type: 'string' },
  },
})

const progress = line => process.stderr.write(`${line}\n`)
const write = options.json ? progress : line => console.log(line)
const seed = Number(options.seed)

function openChecker(program, version) {
  if (program === 'none') return nobody
  if (!existsSync(program)) {
    throw new Error(`the checker is not at ${program}: run \`cmake --workflow --preset asan\``)
  }
  return new Checker(program, version)
}

/** Runs what fills a score, and prints it. */
async function runScored(server, checker, run) {
  const score = new Score()
  await run(score)
  print(score, Number(options.examples), write)
  return { counts: score.counts, sound: score.sound }
}

const suites = {
  regress: (server, checker) =>
    runScored(server, checker, score =>
      runRegress(server, checker, score, { files: options.files?.split(','), progress }),
    ),
  mutants: (server, checker) =>
    runScored(server, checker, score =>
      runMutants(server, checker, score, { seed, count: Number(options.mutants), progress }),
    ),
  nullability: async (server, checker) => {
    const settings = { seed, fills: Number(options.fills), progress, write }
    const counts = await runNullability(server, checker, settings)
    return { counts, sound: counts.violations === 0 }
  },
  own: (server, checker) =>
    runScored(server, checker, score => runOwn(server, checker, score, options)),
}

const own = options.schema !== undefined && options.queries !== undefined
const suite = suites[own ? 'own' : options.suite]
if (suite === undefined || (!own && options.suite === 'own')) {
  throw new Error(
    'say --suite regress, mutants or nullability, or --schema FILE.sql and --queries FILE.jsonl',
  )
}
const server = await open(options)
const checker = openChecker(options.checker, server.version)
try {
  const { counts, sound } = await suite(server, checker)
  if (options.json) console.log(JSON.stringify(counts))
  process.exitCode = sound ? 0 : 1
} finally {
  checker.close()
  await server.close()
}
