/** Debian packages: those that a machine lacks, and Catch2 3, which bookworm has not. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Advice, ask, run, top } from './run.mjs'

const catch2 = join(top, 'build/deps/catch2')

/** Whether this machine installs its software with apt. */
export async function hasApt() {
  return (await ask('apt-get', ['--version'])) !== null
}

/** Installs packages as root, or says which ones to install. */
export async function installPackages(packages) {
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0) {
    throw new Advice(
      `These packages are missing, and installing them needs root. Run:\n  sudo ${command}`,
    )
  }
  console.log(`Installing with apt: ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['-qq', 'update'], { env })
  await run('apt-get', command.split(' ').slice(1), { env })
}

/** The folder to add to CMAKE_PREFIX_PATH for Catch2 3, or null when CMake must look or fetch. */
export async function findCatch2({ install }) {
  if (hasVersion3('/usr/lib/cmake/Catch2') || hasVersion3('/usr/local/lib/cmake/Catch2'))
    return null
  const prefix = join(catch2, 'usr')
  if (hasVersion3(join(prefix, 'lib/cmake/Catch2'))) return prefix
  if (!install || !(await hasApt())) return null
  console.log('Downloading Catch2 3 with apt into build/deps/catch2; the system stays as it is.')
  try {
    await downloadCatch2()
  } catch (error) {
    if (!(error instanceof Advice)) throw error
    console.log(`${error.message} CMake will fetch Catch2 itself.`)
    return null
  }
  return prefix
}

function hasVersion3(folder) {
  const file = join(folder, 'Catch2ConfigVersion.cmake')
  return existsSync(file) && /PACKAGE_VERSION "3\./.test(readFileSync(file, 'utf8'))
}

async function downloadCatch2() {
  rmSync(catch2, { recursive: true, force: true })
  const apt = join(catch2, 'apt')
  const { codename } = debian()
  const options = await privateList(apt, { type: 'deb', suite: `${codename}-backports` })
  await run('apt-get', [...options, 'download', 'libcatch2-dev'], { cwd: apt })
  const file = readdirSync(apt).find(name => name.endsWith('.deb'))
  await run('dpkg-deb', ['-x', join(apt, file), catch2])
  rmSync(apt, { recursive: true })
}

/**
 * Makes a private list beside the machine's own in `folder`: the same address and keyring, another
 * suite or type, and its own state. No root, and nothing that the machine's own apt would notice.
 * Answers the options that make apt-get use it.
 */
export async function privateList(folder, { type, suite }) {
  for (const name of ['lists/partial', 'cache/archives/partial', 'parts']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  const { uri, keyring } = debian()
  const lines = [`Types: ${type}`, `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main']
  if (keyring !== undefined) lines.push(`Signed-By: ${keyring}`)
  writeFileSync(join(folder, 'parts/private.sources'), lines.join('\n') + '\n')
  const options = [
    '-qq',
    '-oDir::Etc::sourcelist=/dev/null',
    `-oDir::Etc::sourceparts=${folder}/parts`,
    `-oDir::State::lists=${folder}/lists`,
    `-oDir::Cache=${folder}/cache`,
    '-oAPT::Sandbox::User=',
  ]
  await run('apt-get', [...options, 'update'])
  return options
}

/**
 * Downloads one file of the pool, from where this machine has its packages, into `target`.
 * Answers whether it was there, with that sum.
 */
export async function fromPool(path, target, sha256) {
  const helper = '/usr/lib/apt/apt-helper'
  const uri = `${debian().uri}/pool/${path}`
  return (await ask(helper, ['download-file', uri, target, `SHA256:${sha256}`])) !== null
}

/** This Debian's name, and where its packages come from: `{ codename, uri, keyring }`. */
function debian() {
  const release = readFileSync('/etc/os-release', 'utf8')
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1]
  if (!/^ID=debian$/m.test(release) || codename === undefined)
    throw new Advice('This is not a Debian.')
  const folder = '/etc/apt/sources.list.d'
  const lists = existsSync(folder)
    ? readdirSync(folder).filter(name => name.endsWith('.sources'))
    : []
  for (const name of lists) {
    for (const stanza of readFileSync(join(folder, name), 'utf8').split(/\n\s*\n/)) {
      const field = key => new RegExp(`^${key}:\\s*(.+)$`, 'm').exec(stanza)?.[1]
      if (!field('Suites')?.split(/\s+/).includes(codename)) continue
      return { codename, uri: field('URIs').split(/\s+/)[0], keyring: field('Signed-By') }
    }
  }
  const old = existsSync('/etc/apt/sources.list')
    ? readFileSync('/etc/apt/sources.list', 'utf8')
    : ''
  const line = new RegExp(`^deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+${codename}\\s`, 'm').exec(old)
  if (line === null) throw new Advice(`No apt source for ${codename} was found.`)
  return { codename, uri: line[1], keyring: undefined }
}
