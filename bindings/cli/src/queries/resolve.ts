/** Where an import leads: to us, to a file of the project, or to a package of somebody else. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'jsonc-parser'

/** What an import leads to. */
export type Target = { kind: 'ours' } | { kind: 'foreign' } | { kind: 'file'; file: string }

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

/** What a tsconfig.json says that matters here. */
export interface TypeScriptConfig {
  /** Its folder. */
  folder: string
  include: string[] | null
  exclude: string[]
  files: string[] | null
  /** Patterns of specifiers with where they lead, absolute. */
  paths: { pattern: string; targets: string[] }[]
}

/** Reads a tsconfig.json with what it extends; null where there is none. */
export function readTypeScriptConfig(root: string): TypeScriptConfig | null {
  for (const name of ['tsconfig.json', 'jsconfig.json']) {
    const file = join(root, name)
    if (existsSync(file)) return readConfigFile(file, 0)
  }
  return null
}

interface RawConfig {
  extends?: string | string[]
  include?: string[]
  exclude?: string[]
  files?: string[]
  compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> }
}

const kMaxExtends = 10

function readConfigFile(file: string, depth: number): TypeScriptConfig {
  const folder = dirname(file)
  const empty: TypeScriptConfig = { folder, include: null, exclude: [], files: null, paths: [] }
  let raw: RawConfig
  try {
    raw = (parse(readFileSync(file, 'utf8')) ?? {}) as RawConfig
  } catch {
    return empty
  }
  const bases = raw.extends === undefined ? [] : [raw.extends].flat()
  const base = bases.reduce<TypeScriptConfig>((before, each) => {
    const found = depth < kMaxExtends ? extended(file, each) : null
    return found === null ? before : { ...before, ...readConfigFile(found, depth + 1) }
  }, empty)
  const { baseUrl, paths } = raw.compilerOptions ?? {}
  const from = resolve(folder, baseUrl ?? '.')
  const absolute = (list: string[]): string[] => list.map(each => resolve(folder, each))
  return {
    folder,
    include: raw.include === undefined ? base.include : absolute(raw.include),
    exclude: raw.exclude === undefined ? base.exclude : absolute(raw.exclude),
    files: raw.files === undefined ? base.files : absolute(raw.files),
    paths: [
      ...(paths === undefined
        ? base.paths
        : Object.entries(paths).map(([pattern, targets]) => {
            return { pattern, targets: targets.map(each => resolve(from, each)) }
          })),
      ...(baseUrl === undefined ? [] : [{ pattern: '*', targets: [join(from, '*')] }]),
    ],
  }
}

function extended(file: string, name: string): string | null {
  if (/^\.{0,2}\//.test(name)) {
    const at = resolve(dirname(file), name)
    return [at, `${at}.json`].find(isFile) ?? null
  }
  try {
    return createRequire(file).resolve(name.endsWith('.json') ? name : `${name}/tsconfig.json`)
  } catch {
    return null
  }
}

/** Finds what imports lead to. */
export class Resolver {
  readonly #paths: TypeScriptConfig['paths']
  readonly #known = new Map<string, Target>()

  constructor(config: TypeScriptConfig | null) {
    this.#paths = config?.paths ?? []
  }

  /** Where `specifier` leads from a file. */
  resolve(specifier: string, from: string): Target {
    if (kOurs.has(specifier)) return { kind: 'ours' }
    const key = JSON.stringify([specifier, dirname(from)])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const file = this.#find(specifier, from)
    const target: Target = file === undefined ? { kind: 'foreign' } : { kind: 'file', file }
    this.#known.set(key, target)
    return target
  }

  #find(specifier: string, from: string): string | undefined {
    if (/^\.{1,2}(?:\/|$)|^\//.test(specifier)) return fileAt(resolve(dirname(from), specifier))
    for (const { pattern, targets } of this.#paths) {
      const rest = matched(pattern, specifier)
      if (rest === undefined) continue
      for (const target of targets) {
        const found = fileAt(target.replace('*', () => rest))
        if (found !== undefined) return found
      }
    }
    return workspaceFile(specifier, from)
  }
}

function matched(pattern: string, specifier: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === specifier ? '' : undefined
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  const fits = specifier.startsWith(before) && specifier.endsWith(after)
  if (!fits || specifier.length < before.length + after.length) return undefined
  return specifier.slice(before.length, specifier.length - after.length)
}

/** A package of the same repository is a link to its sources; those of others are not read. */
function workspaceFile(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('node:') || specifier.includes(':')) return undefined
  try {
    const found = realpathSync(createRequire(from).resolve(specifier))
    return found.includes('node_modules') || !kEnds.some(end => found.endsWith(end))
      ? undefined
      : found
  } catch {
    return undefined
  }
}

function fileAt(path: string): string | undefined {
  for (const [written, ends] of kWritten) {
    if (!written.test(path)) continue
    const found = ends.map(end => path.replace(written, end)).find(isFile)
    if (found !== undefined) return found
  }
  if (kEnds.some(end => path.endsWith(end)) && isFile(path)) return path
  return [...kEnds.map(end => path + end), ...kEnds.map(end => join(path, `index${end}`))].find(
    isFile,
  )
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
