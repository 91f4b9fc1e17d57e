/** Where an import leads: to us, to a file of the project, or to a package of somebody else. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { aliasesIn, type Alias } from './tsconfig.js'

/** What an import leads to; what is missing is the project's own, and cannot be found. */
export type Target =
  | { kind: 'ours' }
  | { kind: 'foreign' }
  | { kind: 'missing' }
  | { kind: 'file'; file: string }

/** The packages that have `neon`. */
const kOurs = new Set(['ballast', '@neondatabase/serverless'])

const kEnds = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

// TypeScript names the file that it will write, and the source lies beside where that will be.
const kWritten: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\.js$/, ['.ts', '.tsx', '.js', '.jsx']],
  [/\.jsx$/, ['.tsx', '.jsx']],
  [/\.mjs$/, ['.mts', '.mjs']],
  [/\.cjs$/, ['.cts', '.cjs']],
]

// A path, or an alias: no package has such a name.
const kOwn = /^(?:\.{0,2}\/|\.{1,2}$|@\/|[~#$])/

/** Finds what imports lead to. */
export class Resolver {
  readonly #aliases = new Map<string, readonly Alias[]>()
  readonly #known = new Map<string, Target>()

  /** Where `specifier` leads from a file. */
  resolve(specifier: string, from: string): Target {
    if (kOurs.has(specifier)) return { kind: 'ours' }
    const folder = dirname(from)
    const key = JSON.stringify([specifier, folder])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const target = this.#find(specifier, folder)
    this.#known.set(key, target)
    return target
  }

  #find(specifier: string, folder: string): Target {
    if (/^\.{0,2}\/|^\.{1,2}$/.test(specifier)) return fileOf([resolve(folder, specifier)])
    const aliases = this.#aliases.get(folder) ?? aliasesIn(folder)
    this.#aliases.set(folder, aliases)
    for (const { pattern, targets } of aliases) {
      const rest = matched(pattern, specifier)
      if (rest === undefined) continue
      const found = fileOf(targets.map(each => each.replace('*', () => rest)))
      if (found.kind === 'file') return found
    }
    const found = specifier.startsWith('#')
      ? importOf(specifier, folder)
      : workspaceFile(specifier, folder)
    return found ?? { kind: kOwn.test(specifier) ? 'missing' : 'foreign' }
  }
}

function fileOf(paths: readonly string[]): Target {
  const found = paths.flatMap(each => fileAt(each) ?? [])
  // Of a source and what was built of it, the source is what people edit.
  const file = found.find(each => /\.[cm]?tsx?$/.test(each)) ?? found[0]
  return file === undefined ? { kind: 'missing' } : { kind: 'file', file }
}

function matched(pattern: string, specifier: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === specifier ? '' : undefined
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  const fits = specifier.startsWith(before) && specifier.endsWith(after)
  if (!fits || specifier.length < before.length + after.length) return undefined
  return specifier.slice(before.length, specifier.length - after.length)
}

interface Manifest {
  main?: unknown
  module?: unknown
  types?: unknown
  exports?: unknown
  imports?: unknown
}

function manifestIn(folder: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return null
  }
}

/** A package of the same repository is a link to its sources; those of others are not read. */
function workspaceFile(specifier: string, folder: string): Target | undefined {
  const [, name, below] = /^((?:@[^/]+\/)?[^/:]+)(?:\/(.+))?$/.exec(specifier) ?? []
  if (name === undefined) return undefined
  for (let at = folder; ; at = dirname(at)) {
    const link = join(at, 'node_modules', name)
    if (statSync(link, { throwIfNoEntry: false })?.isDirectory() === true) {
      const home = realpathSync(link)
      if (home.includes('node_modules')) return undefined
      const { exports, types, module, main } = manifestIn(home) ?? {}
      const usual = below === undefined ? [types, module, main, 'index'] : [below]
      const wanted = below === undefined ? '.' : `./${below}`
      const targets = exports === undefined ? usual : targetsOf(exports, wanted)
      return fileOf(targets.flatMap(each => (typeof each === 'string' ? resolve(home, each) : [])))
    }
    if (dirname(at) === at) return undefined
  }
}

/** What `imports` of the package says that the file is in: `#db`. */
function importOf(specifier: string, folder: string): Target | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = manifestIn(at)
    if (manifest !== null) {
      return fileOf(targetsOf(manifest.imports, specifier).map(each => resolve(at, each)))
    }
    if (dirname(at) === at) return undefined
  }
}

/** All that a map of `exports` or `imports` has for a name, whatever it depends on. */
function targetsOf(map: unknown, wanted: string): string[] {
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : []
  if (!entries.some(([key]) => /^[.#]/.test(key))) return wanted === '.' ? leavesOf(map) : []
  const exact = entries.find(([key]) => key === wanted)
  if (exact !== undefined) return leavesOf(exact[1])
  return entries.flatMap(([pattern, target]) => {
    const rest = pattern.includes('*') ? matched(pattern, wanted) : undefined
    return rest === undefined ? [] : leavesOf(target).map(each => each.replaceAll('*', () => rest))
  })
}

function leavesOf(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  if (typeof target !== 'object' || target === null) return []
  return Object.values(target).flatMap(leavesOf)
}

function fileAt(path: string): string | undefined {
  for (const [written, ends] of kWritten) {
    if (!written.test(path)) continue
    const found = ends.map(end => path.replace(written, end)).find(isFile)
    if (found !== undefined) return found
  }
  if (/\.d\.[cm]?ts$/.test(path)) return undefined
  if (kEnds.some(end => path.endsWith(end)) && isFile(path)) return path
  return [...kEnds.map(end => path + end), ...kEnds.map(end => join(path, `index${end}`))].find(
    isFile,
  )
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
