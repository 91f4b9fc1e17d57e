/**
 * `npm run laws -- --cases N --seed S`: plans N random pairs of schemas from seed S on, or those of
 * a file (drizzle-pairs.mjs writes such files), applies the plans, and says where the round-trip
 * law is broken. Where a pg_dump of the server's major version is installed, its dumps are compared
 * as well; Debian's postgresql-client-15 has one for `--postgres 15`. A case is played again by
 * `--seed S --cases 1`, or by `--pairs FILE --only NAME`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fakePlanner } from './fake-planner.mjs'
import { pair } from './generate.mjs'
import { isKept, judge } from './judge.mjs'
import { openServer } from './servers.mjs'

const usage = `npm run laws -- [--cases N] [--seed S] [--pairs FILE] [--only NAME]
  [--server pglite|postgres|both] [--postgres MAJOR] [--jobs N] [--json] [--verbose] [--fake]`

const { values: args } = parseArgs({
  options: {
    cases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    pairs: { type: 'string' },
    only: { type: 'string' },
    server: { type: 'string', default: 'pglite' },
    postgres: { type: 'string', default: '17' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    fake: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const kinds = args.server === 'both' ? ['pglite', 'postgres'] : [args.server]
const numbers = ['cases', 'seed', 'jobs', 'postgres'].map(name => Number(args[name]))
if (args.help || !kinds.every(kind => ['pglite', 'postgres'].includes(kind)) ||
  !numbers.every(number => Number.isInteger(number) && number >= 0)) {
  console.error(usage)
  process.exit(args.help ? 0 : 2)
}

/** The planner under test; the one that drops and loads anew where `--fake` asks for it. */
async function findPlanner() {
  if (args.fake) return fakePlanner
  const path = fileURLToPath(new URL('../support/planner.mjs', import.meta.url))
  if (!existsSync(path)) {
    console.error('There is no planner: tests/support/planner.mjs. Try the machinery with --fake.')
    process.exit(2)
  }
  const found = await import(path)
  return found.planner ?? found
}

/** The cases: functions, so that a pair is made when its turn comes, for the server's version. */
function listCases() {
  const [count, first] = numbers
  if (args.pairs === undefined) {
    return Array.from({ length: count }, (_, i) => version => pair(first + i, { version }))
  }
  const lines = readFileSync(args.pairs, 'utf8').split('\n').filter(line => line.trim() !== '')
  return lines.map(line => JSON.parse(line)).map(found => () => found)
}

async function work(kind, queue, planner, report) {
  const server = await openServer(kind, { major: numbers[3] })
  try {
    for (let make = queue.shift(); make !== undefined; make = queue.shift()) {
      const found = make(server.version)
      if (args.only !== undefined && found.name !== args.only) continue
      const began = Date.now()
      report(kind, found, await judge(found, { server, planner }), Date.now() - began)
    }
  } finally {
    await server.close()
  }
}

const total = {
  cases: 0, catalogEqual: 0, secondPlanEmpty: 0, rowsKept: 0, green: 0, wentBack: 0, dumped: 0,
  failures: [],
}

function report(kind, found, verdict, elapsed) {
  total.cases++
  for (const key of ['catalogEqual', 'secondPlanEmpty', 'rowsKept']) if (verdict[key]) total[key]++
  if (verdict.wentBack !== undefined) total.green++
  if (verdict.wentBack) total.wentBack++
  if (verdict.dumped) total.dumped++
  const name = kinds.length > 1 ? `${kind} ${found.name}` : found.name
  if (!isKept(verdict)) total.failures.push(name)
  if (args.json) return
  if (isKept(verdict)) {
    if (args.verbose) console.log(`ok      ${name} (${elapsed} ms)`)
    return
  }
  console.log(`FAILED  ${name}`)
  if (found.mutations) console.log(`  mutations: ${found.mutations.join('; ')}`)
  if (verdict.error) {
    const { stage, message, statement } = verdict.error
    console.log(`  ${stage}: ${message}`)
    if (verdict.error.detail) console.log(indent('detail', [verdict.error.detail]))
    if (statement) console.log(indent('statement', [statement]))
  }
  const { catalog, dump, secondPlan, rows, back } = verdict.difference
  for (const [label, lines] of [
    ['only in the result', catalog?.onlyA], ['only in what is wanted', catalog?.onlyB],
    ['only in the dump of the result', dump?.onlyA], ['only in the wanted dump', dump?.onlyB],
    ['only after going back', back?.onlyA], ['only before', back?.onlyB],
    ['second plan', secondPlan], ['rows', rows],
    ['plan', verdict.plan?.statements.map(({ sql, segment }) => `${segment}: ${sql}`)],
    ['deletes', verdict.plan?.deletes],
    ...(args.verbose ? [['from', [found.from, found.seed ?? '']], ['to', [found.to]]] : []),
  ]) if (lines?.length > 0) console.log(indent(label, lines))
}

function indent(label, lines) {
  return [`  ${label}:`, ...lines.map(line => `    ${line.replaceAll('\n', '\n    ')}`)].join('\n')
}

const planner = await findPlanner()
for (const kind of kinds) {
  const queue = listCases()
  const workers = Math.max(1, Math.min(numbers[2], queue.length))
  await Promise.all(Array.from({ length: workers }, () => work(kind, queue, planner, report)))
}
if (args.json) console.log(JSON.stringify(total))
else {
  const share = count => `${count} of ${total.cases}`
  console.log(`catalog equal: ${share(total.catalogEqual)}`)
  console.log(`second plan empty: ${share(total.secondPlanEmpty)}`)
  console.log(`rows kept: ${share(total.rowsKept)}`)
  if (total.dumped > 0) console.log(`compared by pg_dump as well: ${share(total.dumped)}`)
  console.log(`went back: ${total.wentBack} of ${total.green} whose ways are both green`)
  console.log(`${total.cases - total.failures.length} passed, ${total.failures.length} failed`)
}
process.exitCode = total.failures.length > 0 ? 1 : 0
