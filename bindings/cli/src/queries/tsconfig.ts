/** What a project's tsconfig.json says that matters here. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'jsonc-parser'

/** A specifier with at most one `*`, and where it leads, absolute. */
export interface Alias {
  pattern: string
  targets: string[]
}

/** A tsconfig.json with what it extends. */
export interface TypeScriptConfig {
  /** Its folder. */
  folder: string
  include: string[] | null
  exclude: string[]
  files: string[] | null
  paths: Alias[]
}

/** Reads the tsconfig.json of a folder; null where there is none. */
export function readTypeScriptConfig(folder: string): TypeScriptConfig | null {
  const file = configIn(folder)
  if (file === null) return null
  const config = readConfigFile(file, folder, 0)
  // One that only refers to others, as templates of web frameworks write it, has theirs.
  const others = referencesOf(file).map(each => readConfigFile(each, dirname(each), 0))
  return { ...config, paths: [...config.paths, ...others.flatMap(({ paths }) => paths)] }
}

/** The aliases that hold in a folder: those of the nearest tsconfig.json, there or above. */
export function aliasesIn(folder: string): readonly Alias[] {
  for (let at = folder; ; at = dirname(at)) {
    const found = readTypeScriptConfig(at)
    if (found !== null) return found.paths
    if (dirname(at) === at) return []
  }
}

interface RawConfig {
  extends?: string | string[]
  references?: { path?: string }[]
  include?: string[]
  exclude?: string[]
  files?: string[]
  compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> }
}

const kMaxExtends = 10

function configIn(folder: string): string | null {
  const files = ['tsconfig.json', 'jsconfig.json'].map(name => join(folder, name))
  return files.find(each => existsSync(each)) ?? null
}

function readRaw(file: string): RawConfig {
  try {
    return (parse(readFileSync(file, 'utf8')) ?? {}) as RawConfig
  } catch {
    return {}
  }
}

function referencesOf(file: string): string[] {
  return (readRaw(file).references ?? []).flatMap(({ path }) => {
    if (path === undefined) return []
    const at = resolve(dirname(file), path)
    return [isFile(at) ? at : configIn(at)].filter(each => each !== null)
  })
}

/** `leaf` is the folder of the one that extends the others, which `${configDir}` means in all. */
function readConfigFile(file: string, leaf: string, depth: number): TypeScriptConfig {
  const folder = dirname(file)
  const raw = readRaw(file)
  const empty: TypeScriptConfig = { folder, include: null, exclude: [], files: null, paths: [] }
  const bases = raw.extends === undefined ? [] : [raw.extends].flat()
  const base = bases.reduce<TypeScriptConfig>((before, each) => {
    const found = depth < kMaxExtends ? extended(file, each) : null
    return found === null ? before : { ...before, ...readConfigFile(found, leaf, depth + 1) }
  }, empty)
  const { baseUrl, paths } = raw.compilerOptions ?? {}
  const place = (from: string, path: string): string =>
    resolve(from, path.replace('${configDir}', () => leaf))
  const from = place(folder, baseUrl ?? '.')
  const absolute = (list: string[]): string[] => list.map(each => place(folder, each))
  return {
    folder,
    include: raw.include === undefined ? base.include : absolute(raw.include),
    exclude: raw.exclude === undefined ? base.exclude : absolute(raw.exclude),
    files: raw.files === undefined ? base.files : absolute(raw.files),
    paths: [
      ...(paths === undefined
        ? base.paths
        : Object.entries(paths).map(([pattern, targets]) => {
            return { pattern, targets: targets.map(each => place(from, each)) }
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

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
