// A project whose commands are run, for the tests about schemas. They share the cluster that
// elaborators start from, and use nothing of a developer's own cache.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ballast, makeProject } from '../support/command.mjs'
import { top } from '../support/source.mjs'

/** The cache of all these tests. */
export const cache = { XDG_CACHE_HOME: join(top, 'build/cache') }

/** The first schema of the team that all this is for. */
export const users = `create table users (
  user_id text primary key,
  email text not null unique,
  created_at timestamp default now(),
  metadata jsonb
);
`

const cli = fileURLToPath(new URL('../../bindings/cli/dist/cli.js', import.meta.url))

/** Runs a command on a terminal and types `input` when it asks: `{ code, text }`. */
export async function onTerminal(project, args, { env = {}, asks, input }) {
  const command = [process.execPath, cli, ...args].map(word => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: project.folder,
    env: { ...process.env, ...cache, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let text = ''
  let typed = false
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk
    if (typed || !text.includes(asks)) return
    typed = true
    child.stdin.write(input)
  })
  const late = setTimeout(() => child.kill('SIGKILL'), 50_000)
  const code = await new Promise(resolve => child.on('close', resolve))
  clearTimeout(late)
  return { code, text }
}

/** A project with these files; `drizzle` is the package that its drizzle-orm is a link to. */
export function workshop(files = {}, { drizzle, env = {} } = {}) {
  const project = makeProject(files)
  if (drizzle !== undefined) {
    const modules = join(project.folder, 'node_modules')
    mkdirSync(modules, { recursive: true })
    symlinkSync(join(top, 'node_modules', drizzle), join(modules, 'drizzle-orm'))
  }
  const path = name => join(project.folder, name)
  return {
    ...project,
    path,
    has: name => existsSync(path(name)),
    read: name => readFileSync(path(name), 'utf8'),
    /** All files of the project but its packages and a shared elaborator's, with their texts. */
    all() {
      const names = readdirSync(project.folder, { recursive: true, withFileTypes: true })
      return Object.fromEntries(
        names
          .filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules'))
          .map(entry => join(entry.parentPath, entry.name))
          .filter(file => !file.endsWith('.ballast/dev.json'))
          .sort()
          .map(file => [file.slice(project.folder.length + 1), readFileSync(file, 'utf8')]),
      )
    },
    run: (args, more = {}) => ballast(project, args, { env: { ...cache, ...env, ...more } }),
    /** Runs it and expects this exit code; gives what it printed. */
    async expect(code, args, more = {}) {
      const result = await ballast(project, args, { env: { ...cache, ...env, ...more } })
      assert.equal(result.code, code, `ballast ${args.join(' ')}\n${result.out}${result.err}`)
      return result
    },
  }
}
