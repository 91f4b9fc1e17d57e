/**
 * `npm run fuzz -- --seconds N`: libFuzzer over the reply decoder, the JSON reader, the connection
 * string, the frames, SQL, the catalogue and the checker, N seconds in all. Findings are printed
 * with the input that caused them; the corpus grows in build/fuzz/corpus and starts from the
 * Markdown cases and, of what reads SQL, from the statements of PostgreSQL's regression suite.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values: args } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, only: { type: 'string' } },
})
// The verbs of the cases whose inputs a target starts from.
const TARGETS = {
  reply: ['reply'],
  json: ['members', 'scalar', 'reply'],
  connection: ['connect'],
  frame: ['request', 'judge'],
  sql: ['tokens', 'comments', 'split', 'describe'],
  catalog: [],
  check: ['check'],
}

function run(command, options) {
  const [name, ...rest] = command
  return spawnSync(name, rest, { cwd: root, stdio: 'inherit', ...options }).status === 0
}

function seedCorpus(folder, verbs) {
  mkdirSync(folder, { recursive: true })
  const cases = join(root, 'tests/cases')
  for (const file of readdirSync(cases, { recursive: true }).map(String)) {
    if (!file.endsWith('.md')) continue
    const text = readFileSync(join(cases, file), 'utf8')
    for (const [, verb, input] of text.matchAll(/^```(\w+)(?: bytes)?\n([^]*?)\n?^```$/gm)) {
      if (!verbs.includes(verb)) continue
      const name = createHash('sha1').update(input).digest('hex')
      writeFileSync(join(folder, name), input)
    }
  }
}

// Loading a seed costs about as much as trying it, so a short run starts from some of them.
function seedRegress(folder, seconds) {
  const source = process.env.POSTGRES_SOURCE_DIR ?? join(root, 'build/deps/postgresql-17')
  const suite = join(source, 'src/test/regress/sql')
  const step = seconds >= 60 ? 1 : 100
  const statements = readdirSync(suite)
    .filter(name => name.endsWith('.sql'))
    .flatMap(name => readFileSync(join(suite, name), 'latin1').split(/;\s*\n/))
    .filter(text => text.length < 2000)
  for (let i = 0; i < statements.length; i += step) {
    writeFileSync(join(folder, `regress-${i}`), statements[i], 'latin1')
  }
}

// They are part of the build with sanitizers, whose objects they share.
const targets = Object.keys(TARGETS).filter(name => args.only === undefined || name === args.only)
const wanted = targets.flatMap(name => ['--target', `fuzz_${name}`])
if (!run(['cmake', '--preset', 'asan'], { stdio: 'ignore' }) ||
  !run(['cmake', '--build', '--preset', 'asan', ...wanted])) {
  console.error('The fuzzers were not built: they need clang++ and libclang-rt-14-dev')
  process.exit(1)
}
const seconds = Math.max(1, Math.floor(Number(args.seconds) / targets.length))
let failed = 0
for (const name of targets) {
  const corpus = join(root, 'build/fuzz/corpus', name)
  seedCorpus(corpus, TARGETS[name])
  if (name === 'sql' || name === 'check') seedRegress(corpus, seconds)
  console.log(`fuzz ${name}: ${seconds} s`)
  const options = [
    `-max_total_time=${seconds}`, '-timeout=20', '-rss_limit_mb=2048', '-print_final_stats=1',
    '-verbosity=0', '-max_len=4096', `-artifact_prefix=${root}build/fuzz/${name}-`,
  ]
  if (!run([`${root}build/asan/fuzz_${name}`, ...options, corpus])) failed++
}
console.log(`${targets.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
