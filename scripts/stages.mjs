/**
 * The stages of `npm test`: what each runs, what must have passed before it, how long it may take,
 * and how to count what it did.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { top } from './run.mjs'

const node = process.execPath

// PGlite is most of what these tests compile, and V8's second and better compilation of it costs
// more than it ever gains here. Where our own modules are the matter they run as V8 likes best.
const compileOnce = ['--liftoff-only']

/** A stage's `commands` run one after another; `needs` are the stages whose `output` it uses. */
export const stages = [
  {
    name: 'asan',
    output: 'build/asan/check_batch',
    seconds: 1800,
    commands: workflow('asan'),
    count: countCmake('native', true),
  },
  {
    name: 'wasm',
    output: 'build/wasm/ballast.wasm',
    seconds: 900,
    commands: workflow('wasm'),
    count: countCmake('wasm', false),
  },
  {
    name: 'js',
    output: 'worker/src/ballast/bundle.js',
    needs: ['wasm'],
    seconds: 300,
    commands: () =>
      ['bindings/client/build.mjs', 'bindings/cli/build.mjs', 'scripts/bundle.mjs'].map(script => [
        node,
        script,
      ]),
    count: countSteps,
  },
  { name: 'tsc', needs: ['js'], seconds: 300, commands: typeChecks, count: countSteps },
  { name: 'tidy', seconds: 60, commands: () => [[node, 'tests/tidy.mjs']], count: countTidy },
  {
    name: 'node',
    needs: ['js'],
    seconds: 900,
    commands: nodeTests(['node', 'parity', 'drizzle']),
    count: countNode,
  },
  {
    name: 'dev',
    needs: ['js'],
    seconds: 900,
    commands: nodeTests(['dev'], compileOnce),
    count: countNode,
  },
  {
    name: 'cli',
    needs: ['js'],
    seconds: 900,
    commands: nodeTests(['cli'], compileOnce),
    count: countNode,
  },
  {
    name: 'migrate',
    needs: ['js'],
    seconds: 900,
    commands: nodeTests(['migrate'], compileOnce),
    count: countNode,
  },
  {
    name: 'schema',
    needs: ['js'],
    seconds: 1500,
    commands: nodeTests(['schema'], compileOnce),
    count: countNode,
  },
  {
    name: 'check',
    needs: ['asan', 'js'],
    seconds: 900,
    commands: nodeTests(['check']),
    count: countNode,
  },
  {
    name: 'branch',
    needs: ['js'],
    seconds: 900,
    commands: nodeTests(['branch'], compileOnce),
    count: countNode,
  },
  {
    name: 'workerd',
    needs: ['js'],
    seconds: 900,
    commands: nodeTests(['workerd'], compileOnce),
    count: countNode,
  },
  {
    name: 'bench',
    needs: ['js'],
    seconds: 1500,
    commands: () => [[node, 'tests/bench/run.mjs', '--gate']],
    count: countSteps,
  },
  {
    name: 'size',
    needs: ['js'],
    seconds: 120,
    commands: () => [[node, 'tests/bench/size.mjs', '--gate']],
    count: countSteps,
  },
  {
    name: 'fuzz',
    seconds: 900,
    commands: () => [[node, 'tests/fuzz/run.mjs', '--seconds', '10']],
    count: countSteps,
  },
]

function workflow(preset) {
  return () => {
    // Or a build that fails would be counted by the tests of the last one that did not.
    rmSync(testLog(preset), { force: true })
    return [['cmake', '--workflow', '--preset', preset]]
  }
}

function testLog(preset) {
  return join(top, `build/${preset}/Testing/Temporary/LastTest.log`)
}

function typeChecks() {
  const folders = [
    'bindings/client',
    'bindings/cli',
    'bindings/dev',
    'worker',
    'tests/types',
    'tests/workerd',
  ]
  return folders
    .map(folder => `${folder}/tsconfig.json`)
    .filter(file => existsSync(join(top, file)))
    .map(file => [node, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', file])
}

/** `flags` are V8's, for the tests' own processes: what those start takes none of them. */
function nodeTests(folders, flags = []) {
  return () => {
    const files = folders.flatMap(folder => testFiles(`tests/${folder}`))
    const options = [
      '--test',
      // A server that a failing test leaves behind must not hold up the rest for ever.
      '--test-timeout=600000',
      '--test-reporter=./scripts/reporter.mjs',
      // Node would leave one core to itself, but waits for its children only.
      `--test-concurrency=${availableParallelism()}`,
    ]
    return [[node, ...options, ...flags, ...files]]
  }
}

function testFiles(folder) {
  if (!existsSync(join(top, folder))) return []
  const names = readdirSync(join(top, folder), { recursive: true }).map(String).sort()
  return names
    .filter(name => name.endsWith('.test.mjs') && !name.includes('node_modules'))
    .map(name => `${folder}/${name}`)
}

/** Laws are Catch2's test cases, cases the Markdown ones; ctest's log holds what each printed. */
function countCmake(kind, laws) {
  return ({ name, ok }) => {
    const log = testLog(name)
    const text = existsSync(log) ? readFileSync(log, 'utf8') : ''
    const law =
      sum(text, /assertions? in (\d+) test cases?\)/g) + sum(text, /^test cases: .*?(\d+) passed/gm)
    const brokenLaw = sum(text, /^test cases: .*?(\d+) failed/gm)
    const found = sum(text, /^cases: (\d+) passed/gm)
    const broken = sum(text, /^cases: .*?(\d+) failed/gm)
    const failed = brokenLaw + broken || (ok ? 0 : 1)
    return {
      passed: law + found,
      failed,
      kinds: { ...(laws ? { laws: law } : {}), [`cases ${kind}`]: found },
    }
  }
}

function countNode({ name, ok, text }) {
  const line = /^@counts (.*)$/m.exec(text)?.[1]
  if (line === undefined) return { passed: 0, failed: 1, kinds: { [name]: 0 } }
  const { passed, failed, skipped } = JSON.parse(line)
  // A skipped test is a failed one: nothing here may be switched off unnoticed.
  return { passed, failed: failed + skipped || (ok ? 0 : 1), kinds: { [name]: passed } }
}

function countTidy({ ok, text }) {
  const [, passed = 0, failed = 0] = /^tidy: (\d+) rules passed, (\d+) failed/m.exec(text) ?? []
  const broken = Number(failed) || (ok ? 0 : 1)
  return { passed: Number(passed), failed: broken, kinds: { 'tidy rules': Number(passed) } }
}

function countSteps({ name, ok, done, steps }) {
  return { passed: ok ? steps : done, failed: ok ? 0 : 1, kinds: { [name]: done } }
}

function sum(text, pattern) {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)
}
