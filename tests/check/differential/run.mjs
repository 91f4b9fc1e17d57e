/**
 * The checker against servers: `npm run differential -- --suite regress|mutants`, or
 * `-- --schema FILE.sql --queries FILE.jsonl`, whose lines are texts of queries as JSON.
 *
 *   --server 17|14|15|16|18|pglite   which server of our own; 17
 *   --url URL            a server of yours: a database is made on it for the run and dropped
 *   --json               prints one JSON object with the scores, and what is found on stderr
 *   --files a,b          of the regression suite, these files only
 *   --seed N --mutants N for the mutants: 1 and 6000
 *   --examples N         how many examples of each are printed: 3
 *   --checker FILE       the program that checks: build/debug/check_batch; `none` checks nothing
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { top } from '../../support/source.mjs'
import { Checker, nobody } from './checker.mjs'
import { runMutants } from './mutants.mjs'
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
    examples: { type: 'string', default: '3' },
    checker: { type: 'string', default: join(top, 'build/debug/check_batch') },
    schema: { type: 'string' },
    queries: { type: 'string' },
  },
})

function openChecker(program, version) {
  if (program === 'none') return nobody
  if (!existsSync(program)) {
    throw new Error(`the checker is not at ${program}: run \`cmake --workflow --preset debug\``)
  }
  return new Checker(program, version)
}

async function runSuite(server, checker, score) {
  const progress = line => process.stderr.write(`${line}\n`)
  if (options.schema !== undefined && options.queries !== undefined) {
    return runOwn(server, checker, score, options)
  }
  if (options.suite === 'regress') {
    return runRegress(server, checker, score, { files: options.files?.split(','), progress })
  }
  if (options.suite === 'mutants') {
    const [seed, count] = [Number(options.seed), Number(options.mutants)]
    return runMutants(server, checker, score, { seed, count, progress })
  }
  throw new Error('say --suite regress, --suite mutants, or --schema FILE --queries FILE')
}

const server = await open(options)
const checker = openChecker(options.checker, server.version)
const score = new Score()
try {
  await runSuite(server, checker, score)
} finally {
  checker.close()
  await server.close()
}
const write = options.json ? line => process.stderr.write(`${line}\n`) : undefined
print(score, Number(options.examples), write)
if (options.json) console.log(JSON.stringify(score.counts))
process.exitCode = score.sound ? 0 : 1
