// The command `ballast` as people and CI run it: a project folder, arguments, and what came of it.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../bindings/cli/dist/cli.js', import.meta.url))

/** What a developer's or a CI's own environment must not bring into a test. */
const cleared = {
  CI: undefined,
  GITHUB_ACTIONS: undefined,
  GITHUB_ACTOR: undefined,
  GITHUB_SHA: undefined,
  GITHUB_WORKSPACE: undefined,
  DATABASE_URL: undefined,
  MIGRATE_DATABASE_URL: undefined,
  BALLAST_MIGRATE_TOKEN: undefined,
  FORCE_COLOR: undefined,
}

const shared = {}

/** Has all projects that are made from now on begin with this file. */
export function share(path, text) {
  shared[path] = text
}

/** A folder of its own with these files, by their paths; `remove` deletes it. */
export function makeProject(files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-project-'))
  const project = {
    folder,
    write(more) {
      for (const [path, text] of Object.entries(more)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), typeof text === 'string' ? text : JSON.stringify(text))
      }
      return project
    },
    delete(path) {
      rmSync(join(folder, path))
      return project
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  return project.write({ ...shared, ...files })
}

/** A Drizzle folder (v7) of migrations `{ tag: text }`, in this order. */
export function drizzleFolder(migrations, folder = 'drizzle') {
  const tags = Object.keys(migrations)
  const entries = tags.map((tag, idx) => ({
    idx,
    version: '7',
    when: timeOf(tag, idx),
    tag,
    breakpoints: true,
  }))
  const journal = { version: '7', dialect: 'postgresql', entries }
  return {
    [`${folder}/meta/_journal.json`]: journal,
    ...Object.fromEntries(tags.map(tag => [`${folder}/${tag}.sql`, migrations[tag]])),
  }
}

/** A time in the folder's order, and another one for each tag. */
function timeOf(tag, idx) {
  const odd = [...tag].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 60_000
  return 1_700_000_000_000 + idx * 60_000 + odd
}

/** Runs the command to its end: `{ code, out, err, events }`, the last where it printed JSON. */
export async function ballast(project, args, { env = {}, cwd = '.' } = {}) {
  const run = startBallast(project, args, { env, cwd })
  const code = await run.ended
  return { code, out: run.out, err: run.err, events: eventsOf(run.out) }
}

/** Starts the command; `ended` resolves to its exit code. */
export function startBallast(project, args, { env = {}, cwd = '.' } = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: join(project.folder, cwd),
    env: { ...process.env, ...cleared, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run = { child, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', text => (run.out += text))
  child.stderr.setEncoding('utf8').on('data', text => (run.err += text))
  run.ended = new Promise(resolve => child.on('close', code => resolve(code)))
  return run
}

/** Runs the command on a terminal, typing `input`: `{ code, text }`. */
export async function ballastOnTerminal(project, args, { env = {}, input = '' } = {}) {
  // The program script gives it a terminal of its own, and our input as what is typed there.
  const command = [process.execPath, cli, ...args]
  const quoted = command.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const isMac = process.platform === 'darwin'
  const how = isMac ? ['-q', '/dev/null', ...command] : ['-qec', quoted, '/dev/null']
  const child = spawn('script', how, {
    cwd: project.folder,
    env: { ...process.env, ...cleared, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let text = ''
  const typed = new Set()
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk
    if (!text.includes('[y/N]') || typed.has(input)) return
    typed.add(input)
    child.stdin.write(input)
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  return { code, text }
}

function eventsOf(text) {
  const lines = text.split('\n').filter(line => line !== '')
  try {
    return lines.map(line => JSON.parse(line))
  } catch {
    return []
  }
}
