/** What `ballast init` writes into a project: files that are not there, lines that are missing. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'

import { applyEdits, modify, parse } from 'jsonc-parser'

import { findDrizzleConfig, readDrizzleConfig } from './drizzle/config.js'
import { failure } from './failure.js'

/** A file as it is to be, and what it says for people. */
export interface Planned {
  path: string
  text: string
  what: string
  /** Whether it is there, and only gets what is missing. */
  isAdded: boolean
}

/** What was found, and what is to be written. */
export interface InitPlan {
  files: readonly Planned[]
  /** Files that are there and stay as they are. */
  kept: readonly string[]
  /** What the configuration names as the schema. */
  schema: string
}

/** What the steps of a CI are written for. */
export type Ci = 'github' | 'plain'

const kTemplates = new URL('../templates/', import.meta.url)
const kSchemas = [
  'src/db/schema.ts',
  'src/lib/db/schema.ts',
  'src/schema.ts',
  'db/schema.ts',
  'schema.ts',
]
const kWranglers = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml']

// The folder of `ballast dev`, and not the one within the migrations, which is committed.
const kIgnored = ['node_modules/', '/.ballast/', '.wrangler/', '.dev.vars', '.env']

const kScripts: Readonly<Record<string, string>> = {
  'db:dev': 'ballast dev',
  'db:generate': 'ballast generate',
  'db:migrate': 'ballast migrate',
  'db:check': 'ballast check',
}

/** Looks at a project, and says what it needs; with `ci` also for that CI. */
export async function planInit(root: string, ci?: Ci): Promise<InitPlan> {
  const plan = new Plan(root)
  await plan.make()
  if (ci !== undefined) await plan.addCi(ci)
  return plan
}

class Plan implements InitPlan {
  readonly files: Planned[] = []
  readonly kept: string[] = []
  schema = 'schema.sql'
  readonly #root: string
  readonly #bundle = 'worker/src/ballast/bundle.js'

  constructor(root: string) {
    this.#root = root
  }

  async make(): Promise<void> {
    const migrations = await this.#findSchema()
    await this.#configuration(migrations)
    if (this.schema === 'schema.sql') {
      await this.#template('schema.sql', 'schema.sql', 'the schema, as SQL')
    } else this.kept.push(this.schema)
    if (!existsSync(join(this.#root, migrations))) {
      this.#add(`${migrations}/.gitkeep`, '', 'the folder of the migrations')
    }
    await this.#worker()
    await this.#gitignore()
    await this.#scripts()
  }

  /** The steps, and the Worker that applies migrations in them. */
  async addCi(ci: Ci): Promise<void> {
    if (ci === 'github') {
      await this.#template('github.yml', '.github/workflows/database.yml', 'the steps for GitHub')
    } else await this.#template('ballast-ci.sh', 'ballast-ci.sh', 'the steps for any CI')
    const config = await this.#text('ballast.config.json')
    const { bundle = this.#bundle } = (config === null ? {} : parse(config)) as { bundle?: string }
    const from = relative('migrator', bundle).replaceAll('\\', '/')
    const code = await readFile(new URL('migrator.ts', kTemplates), 'utf8')
    this.#add('migrator/index.ts', code.replace('BUNDLE', from), 'a Worker that migrates')
    const text = await readFile(new URL('migrator.jsonc', kTemplates), 'utf8')
    const what = 'what wrangler deploys of it'
    this.#add('migrator/wrangler.jsonc', text.replace('NAME', this.#name), what)
  }

  /** A name that wrangler takes. */
  get #name(): string {
    const name = basename(this.#root)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
    return name.replace(/^-+|-+$/g, '').slice(0, 54) || 'worker'
  }

  #has(path: string): boolean {
    return existsSync(join(this.#root, path))
  }

  #add(path: string, text: string, what: string): void {
    if (this.#has(path)) this.kept.push(path)
    else this.files.push({ path, text, what, isAdded: false })
  }

  async #template(name: string, path: string, what: string): Promise<void> {
    this.#add(path, await readFile(new URL(name, kTemplates), 'utf8'), what)
  }

  /** The schema that is there, Drizzle's or SQL; gives the folder of the migrations. */
  async #findSchema(): Promise<string> {
    const kit = await findDrizzleConfig(this.#root)
    if (kit !== null) {
      this.schema = basename(kit)
      const { out } = await readDrizzleConfig(kit)
      return relative(this.#root, out).replaceAll('\\', '/')
    }
    const found = kSchemas.find(path => this.#has(path))
    if (found !== undefined) this.schema = found
    return this.#has('drizzle') || found !== undefined ? 'drizzle' : 'migrations'
  }

  async #configuration(migrations: string): Promise<void> {
    const config = {
      $schema: './node_modules/ballast-cli/config.schema.json',
      schema: this.schema,
      migrations,
      bundle: this.#bundle,
      url: ['MIGRATE_DATABASE_URL', 'DATABASE_URL'],
    }
    const text = `${JSON.stringify(config, null, 2)}\n`
    this.#add('ballast.config.json', text, 'the configuration of ballast')
  }

  /** A Worker, unless the project has one. */
  async #worker(): Promise<void> {
    const found = kWranglers.find(path => this.#has(path))
    if (found !== undefined) this.kept.push(found)
    else {
      await this.#template('worker.ts', 'worker/src/index.ts', 'a Worker that asks the database')
      const text = await readFile(new URL('wrangler.jsonc', kTemplates), 'utf8')
      this.#add('wrangler.jsonc', text.replace('NAME', this.#name), 'what wrangler deploys')
      await this.#template('tsconfig.json', 'tsconfig.json', 'what TypeScript checks')
    }
    await this.#template('dev.vars', '.dev.vars', "this machine's variables")
  }

  async #gitignore(): Promise<void> {
    const before = await this.#text('.gitignore')
    const lines = new Set((before ?? '').split(/\r?\n/).map(line => line.trim()))
    const bare = (line: string): string => line.replace(/^\/|\/$/g, '')
    const known = new Set([...lines].map(bare))
    const missing = kIgnored.filter(line => !known.has(bare(line)))
    if (missing.length === 0) return
    const head = before === null || before === '' ? '' : before.replace(/\n?$/, '\n')
    this.files.push({
      path: '.gitignore',
      text: `${head}${missing.join('\n')}\n`,
      what: missing.join(', '),
      isAdded: before !== null,
    })
  }

  /** Scripts that package.json does not have, where there is one; the rest of it stays. */
  async #scripts(): Promise<void> {
    const before = await this.#text('package.json')
    if (before === null) return
    const value = parse(before) as { scripts?: Record<string, string> } | undefined
    if (typeof value !== 'object') {
      throw failure('package.json is no JSON', 'Mend it, then run `ballast init` again.')
    }
    const missing = Object.entries(kScripts).filter(([name]) => value.scripts?.[name] === undefined)
    if (missing.length === 0) return
    const tab = /^\t/m.test(before)
    const formattingOptions = { insertSpaces: !tab, tabSize: tab ? 1 : 2 }
    let text = before
    for (const [name, script] of missing) {
      text = applyEdits(text, modify(text, ['scripts', name], script, { formattingOptions }))
    }
    const what = `scripts ${missing.map(([name]) => name).join(', ')}`
    this.files.push({ path: 'package.json', text, what, isAdded: true })
  }

  async #text(path: string): Promise<string | null> {
    return readFile(join(this.#root, path), 'utf8').catch(() => null)
  }
}
