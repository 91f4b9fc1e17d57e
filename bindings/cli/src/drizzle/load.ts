/**
 * Loads TypeScript of the user's project: its Drizzle configuration, its schema. The project's own
 * files are bundled, since only a bundler knows its path aliases and its workspace; packages stay
 * where they are, so that the schema and we have the same drizzle-orm.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { BuildFailure, Loader, Message, Plugin } from 'esbuild'

import { Failure, failure, type Finding, type Place } from '../failure.js'
import { Secrets } from '../secrets.js'
import { shortPath } from '../source.js'
import { keepMap, placeInStack } from '../stack.js'
import type { PgCore } from './entities.js'
import type { Naming } from './names.js'
import type { SchemaModule } from './schema.js'
import type { DrizzleModules } from './to-sql.js'

/** A loaded schema, and what it was made of. */
export interface LoadedSchema extends DrizzleModules {
  /** Every file that it was read from, to know whether anything changed. */
  inputs: readonly string[]
  /** The version of the project's drizzle-orm. */
  version: string
}

/** Modules by the names that the entry gives them, and the files that they were read from. */
interface Loaded {
  exports: Readonly<Record<string, unknown>>
  inputs: readonly string[]
}

/** Loads the files of a schema together with the drizzle-orm that they use. */
export async function loadSchema(files: readonly string[]): Promise<LoadedSchema> {
  const [first] = files
  if (first === undefined) throw failure('there are no files with a schema')
  for (const file of files) {
    if (!existsSync(file)) throw failure(`the schema is not there: ${shortPath(file)}`)
  }
  const entry = [
    ...files.map((file, index) => `export * as schema${index} from ${JSON.stringify(file)}`),
    "export * as core from 'drizzle-orm/pg-core'",
    "export { npmVersion } from 'drizzle-orm/version'",
  ]
  const { exports, inputs } = await loadEntry(entry.join('\n'), files)
  const version = String(exports['npmVersion'])
  const modules = files.map((file, index): SchemaModule => {
    const found = exports[`schema${index}`] as Record<string, unknown>
    return { file, exports: found }
  })
  const naming: Naming = version.startsWith('0.') ? '0.45' : '1.0'
  return { modules, core: exports['core'] as PgCore, naming, version, inputs }
}

/** Loads a module that is the project's, and gives what it exports. */
export async function loadModule(file: string): Promise<Loaded> {
  const entry = `export * as loaded from ${JSON.stringify(file)}`
  const { exports, inputs } = await loadEntry(entry, [file])
  return { exports: exports['loaded'] as Readonly<Record<string, unknown>>, inputs }
}

async function loadEntry(contents: string, files: readonly string[]): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-drizzle-'))
  try {
    const outfile = join(folder, 'bundle.mjs')
    const inputs = await bundle(contents, await realpath(dirname(files[0] ?? '')), outfile)
    keepMap(outfile, await readFile(`${outfile}.map`, 'utf8'))
    return { exports: await importBundle(outfile, files), inputs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// In a module these are not there, where a file of CommonJS may still call for them.
const kBanner =
  "import { createRequire as ballastRequire } from 'node:module';" +
  'const require = ballastRequire(import.meta.url);'

// As the module of CommonJS that it is: to import it, Node would read all of it for its exports.
const { build } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')

async function bundle(contents: string, resolveDir: string, outfile: string): Promise<string[]> {
  try {
    const { metafile } = await build({
      absWorkingDir: resolveDir,
      stdin: { contents, resolveDir, sourcefile: 'ballast-entry.js' },
      outfile,
      bundle: true,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'external',
      banner: { js: kBanner },
      define: kPlaces,
      plugins: [packages, places],
      logLevel: 'silent',
    })
    return Object.keys(metafile.inputs)
      .filter(path => path !== 'ballast-entry.js' && !path.startsWith('ballast:'))
      .map(path => resolve(resolveDir, path))
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>
    if (errors === undefined) throw error
    const findings = errors.map(message => findingOf(message, resolveDir))
    // What the files themselves say is missing need not be said of our own entry, too.
    const placed = findings.filter(({ place }) => place !== undefined)
    throw new Failure(placed.length > 0 ? placed : findings)
  }
}

function findingOf({ text, location, notes }: Message, resolveDir: string): Finding {
  const missing = /^Could not resolve "((?:@[^/"]+\/)?[^/"]+)/.exec(text)?.[1]
  const isPackage = missing !== undefined && !missing.startsWith('.') && !isAbsolute(missing)
  // Of a package the bundler only notes that its own settings could leave it out.
  const hint = isPackage ? '' : notes.map(note => note.text).join(' ')
  const finding: Finding = {
    code: null,
    message: text,
    hint: hint === '' ? undefined : hint,
    advice: isPackage ? installAdvice(missing) : undefined,
  }
  if (location === null || location.file === 'ballast-entry.js') return finding
  const { file, line, column, lineText } = location
  // The column is in bytes.
  const before = Buffer.from(lineText).subarray(0, column).toString()
  const place = { file: resolve(resolveDir, file), line, column: [...before].length + 1 }
  return { ...finding, place, hideLine: /:\/\/|password/i.test(lineText) }
}

function installAdvice(name: string): string {
  // No package has such a name: it is an alias.
  if (/^(?:@$|[~#$])/.test(name)) return 'Say under "paths" in tsconfig.json where it is.'
  return `Install ${name} in the project, or say under "paths" in tsconfig.json where it is.`
}

const kBundled = /^\.(ts|tsx|mts|cts|json)$/

/**
 * Leaves installed packages outside, by their place: the bundle lies elsewhere, where their names
 * would not be found. What a link in node_modules leads to is the project's own, and what is
 * TypeScript can only be bundled.
 */
const packages: Plugin = {
  name: 'packages',
  setup(builder) {
    builder.onResolve(
      { filter: /^[^./]/ },
      async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === packages || kind === 'entry-point' || path.startsWith('node:'))
          return null
        if (isAbsolute(path)) return null
        const found = await builder.resolve(path, {
          kind,
          importer,
          resolveDir,
          pluginData: packages,
        })
        if (found.errors.length > 0) {
          // A configuration uses it for a function that gives back its argument.
          return path === 'drizzle-kit' ? { path, namespace: 'ballast' } : null
        }
        if (found.external || found.namespace !== 'file') return found
        const isInstalled = /[\\/]node_modules[\\/]/.test(found.path)
        if (!isInstalled || kBundled.test(extname(found.path))) return found
        const isRequired = kind === 'require-call' || kind === 'require-resolve'
        return {
          path: isRequired ? found.path : pathToFileURL(found.path).href,
          external: true,
        }
      },
    )
    builder.onLoad({ filter: /^drizzle-kit$/, namespace: 'ballast' }, () => ({
      contents: 'export const defineConfig = config => config',
    }))
  },
}

const kPlaces = {
  __dirname: '__ballast_dirname',
  __filename: '__ballast_filename',
  'import.meta.dirname': '__ballast_dirname',
  'import.meta.filename': '__ballast_filename',
  'import.meta.url': '__ballast_url',
}

/** Files that ask where they are get the answer that they would without a bundle. */
const places: Plugin = {
  name: 'places',
  setup(builder) {
    builder.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!/\b(__dirname|__filename|import\.meta)\b/.test(text) || text.startsWith('#!'))
        return null
      // All in the first line, so that the lines of errors stay what they are.
      const said = {
        __ballast_dirname: dirname(path),
        __ballast_filename: path,
        __ballast_url: pathToFileURL(path).href,
      }
      const lines = Object.entries(said).map(
        ([name, value]) => `const ${name}=${JSON.stringify(value)};`,
      )
      const loader = extname(path).slice(1).replace(/^[cm]/, '') as Loader
      return { contents: lines.join('') + text, loader }
    })
  },
}

async function importBundle(
  outfile: string,
  files: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const restore = keepToItself()
  try {
    return (await import(pathToFileURL(outfile).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw importFailure(error, files)
  } finally {
    restore()
  }
}

/** What code prints while it is loaded is no result of ours, and it must not end the command. */
function keepToItself(): () => void {
  const { exit } = process
  const { log, info, debug } = console
  Object.assign(console, { log: console.error, info: console.error, debug: console.error })
  process.exit = (code): never => {
    throw new Error(`it ends the process that loads it: process.exit(${String(code ?? '')})`)
  }
  return () => {
    Object.assign(console, { log, info, debug })
    process.exit = exit
  }
}

function importFailure(error: unknown, files: readonly string[]): Failure {
  const isError = error instanceof Error
  // A message may well have the URL in it that the code was at odds with.
  const message = new Secrets().hide(
    isError ? `${error.name}: ${error.message}` : `it throws ${String(error)}`,
  )
  const [only] = files
  const place =
    (isError ? placeInStack(error.stack ?? '') : undefined) ??
    (files.length === 1 && only !== undefined ? { file: only } : undefined)
  const finding: Finding = { code: null, message, place, hideLine: true }
  if (place !== undefined) return new Failure([finding])
  const notes = [`It came up in one of ${files.map(shortPath).join(', ')}.`]
  return new Failure([{ ...finding, notes }])
}
