/**
 * Makes a machine ready: compilers, npm packages, builds. Each step looks first, says what it will
 * install, and skips what is there. Where it cannot install, it says what to install and stops.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCatch2, hasApt, installPackages } from './apt.mjs'
import { ensurePostgres } from './postgres.mjs'
import { Advice, ask, main, run, top } from './run.mjs'

/** A tool, how to see that it is there, and where it comes from. */
const tools = [
  {
    name: 'cmake >= 3.25',
    apt: 'cmake',
    for: 'wasm',
    here: env => atLeast('cmake', [3, 25, 0], env),
  },
  { name: 'ninja', apt: 'ninja-build', for: 'wasm', here: env => atLeast('ninja', [1, 8, 0], env) },
  {
    name: 'em++ >= 3.1.6 (on PATH, or EMSDK set: install emsdk, then `source emsdk_env.sh`)',
    apt: 'emscripten',
    for: 'wasm',
    here: env => atLeast('em++', [3, 1, 6], env),
  },
  {
    name: 'bison >= 3.5',
    apt: 'bison',
    for: 'wasm',
    here: env => atLeast('bison', [3, 5, 0], env),
  },
  { name: 'flex >= 2.6', apt: 'flex', for: 'wasm', here: env => atLeast('flex', [2, 6, 0], env) },
  { name: 'perl >= 5.14', apt: 'perl', for: 'wasm', here: env => atLeast('perl', [5, 14, 0], env) },
  {
    name: "bzip2, for PostgreSQL's source",
    apt: 'bzip2',
    for: 'wasm',
    here: async () => (await ask('sh', ['-c', 'command -v bzip2'])) !== null,
  },
  {
    name: 'a C++20 compiler (c++)',
    apt: 'g++',
    for: 'native',
    here: env => atLeast('c++', [10, 0, 0], env),
  },
  {
    name: 'clang++, for the fuzzers',
    apt: 'clang',
    for: 'native',
    here: env => atLeast('clang++', [12, 0, 0], env),
  },
  {
    name: "libFuzzer, clang's own",
    apt: 'libclang-rt-dev',
    for: 'native',
    here: () => process.platform !== 'linux' || libFuzzer(),
  },
  {
    name: 'nlohmann/json >= 3.11 (headers)',
    apt: 'nlohmann-json3-dev',
    for: 'wasm',
    here: () =>
      ['/usr', '/usr/local', '/opt/homebrew'].some(at =>
        existsSync(`${at}/include/nlohmann/json.hpp`),
      ),
  },
]

/**
 * Ensures what is needed for `wasm` (the module alone) or `native` (tests as well) and answers the
 * environment in which the tools are found.
 */
export async function setUp(what = 'native') {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20)
    throw new Advice(`Node ${process.versions.node} is too old. Install Node 20 or newer.`)
  const env = environment()
  const missing = []
  for (const tool of tools) {
    if (tool.for === 'native' && what !== 'native') continue
    if (!(await tool.here(env))) missing.push(tool)
  }
  if (missing.length > 0) await installTools(missing, env)
  await ensurePostgres()
  if (what === 'native') {
    const catch2 = await findCatch2({ install: true })
    if (catch2 !== null) env.CMAKE_PREFIX_PATH = prepend(catch2, env.CMAKE_PREFIX_PATH)
  }
  await installNodeModules()
  return env
}

async function installTools(missing, env) {
  if (!(await hasApt())) {
    const list = missing.map(tool => `  ${tool.name}`).join('\n')
    const brew =
      process.platform === 'darwin'
        ? '\nWith Homebrew: brew install cmake ninja nlohmann-json catch2 llvm emscripten ' +
          'bison flex perl'
        : ''
    throw new Advice(`These are missing, and there is no apt to install them with:\n${list}${brew}`)
  }
  await installPackages([...new Set(missing.map(tool => tool.apt))])
  for (const tool of missing) {
    if (await tool.here(env)) continue
    throw new Advice(`The package ${tool.apt} is installed but too old. Install ${tool.name}.`)
  }
}

/** Builds the modules, without the tests that are one too. */
export async function buildWasm(env) {
  const modules = ['ballast-client', 'ballast-migrate', 'ballast-tools']
  await run('cmake', ['--preset', 'wasm'], { env })
  await run('cmake', ['--build', 'build/wasm', '--target', ...modules], { env })
}

/** Builds both npm packages from the modules and TypeScript, then the Worker's migrations. */
export async function buildJavaScript(env) {
  for (const name of ['client', 'cli'])
    await run(process.execPath, [`bindings/${name}/build.mjs`], { env })
  await run(process.execPath, ['scripts/bundle.mjs'], { env })
}

function environment() {
  const env = { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }
  if (env.FORCE_COLOR === '0') delete env.FORCE_COLOR
  if (env.EMSDK) env.PATH = `${env.PATH}:${env.EMSDK}/upstream/emscripten`
  return env
}

function prepend(path, rest) {
  return rest ? `${path}:${rest}` : path
}

async function atLeast(command, wanted, env) {
  const text = await ask(command, ['--version'], { env })
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? '')
  if (found === null) return false
  for (const [index, part] of wanted.entries()) {
    const have = Number(found[index + 1] ?? 0)
    if (have !== part) return have > part
  }
  return true
}

async function libFuzzer() {
  const files = '/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.fuzzer*'
  return (await ask('sh', ['-c', `ls ${files} 2>/dev/null | grep -q .`])) !== null
}

async function installNodeModules() {
  const difference = compareToLockfile()
  if (difference === null) return
  console.log(`Installing npm packages (npm ci): ${difference}.`)
  // The packages that ship programs ship them as packages, so no install script is needed.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
}

/** Why node_modules is not what package-lock.json says, or null when it is. */
function compareToLockfile() {
  const lock = join(top, 'package-lock.json')
  const installed = join(top, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return 'node_modules is missing'
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || entry.optional || entry.link) continue
    if (have[path]?.version !== entry.version) return `${path} is not at ${entry.version}`
  }
  return null
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => setUp())
