/** The management API of Neon in front of one PostgreSQL server: what `ballast dev --api` adds. */
import type { Hono } from 'hono'

import type { Backend } from '../backend.js'
import type { Credentials } from '../credentials.js'
import type { Statement } from '../payload.js'
import { Project } from './project.js'
import { Routes, type ApiSettings } from './routes.js'
import type { StoredBranch } from './state.js'
import { Store } from './store.js'

/** Where a connection string leads to. */
export interface Target {
  backend: Backend
  credentials: Credentials
  /**
   * To be called before the statements run: copies the branch where they are a migration. What it
   * gives is called when they have run.
   */
  before(statements: readonly Statement[]): Promise<() => Promise<void>>
}

const kSweepMs = 30_000
/** Inserting into the journal is the first thing that any migration does. */
const kMigration = /^insert into ballast\.journal\b/i

/** The branches of a server. */
export class Branches {
  readonly #project: Project
  readonly #settings: ApiSettings
  readonly #routes: Routes
  readonly #sweeper: NodeJS.Timeout

  private constructor(project: Project, settings: ApiSettings) {
    this.#project = project
    this.#settings = settings
    this.#routes = new Routes(project, settings)
    this.#sweeper = setInterval(() => void project.sweep().catch(() => {}), kSweepMs)
    this.#sweeper.unref()
  }

  static async open(
    url: string,
    { user, database }: Credentials,
    settings: ApiSettings,
    waitMs: number,
  ): Promise<Branches> {
    const store = await Store.open(url, database, user)
    await store.save()
    return new Branches(new Project(store, waitMs), settings)
  }

  get key(): string {
    return this.#settings.key
  }

  get projectId(): string {
    return this.#project.store.state.project.id
  }

  routes(): Hono {
    return this.#routes.app()
  }

  /** The connection string of the default branch, which names its compute. */
  defaultUrl(): string {
    const { endpoints, databases } = this.#project.default()
    return this.#routes.uriOf(endpoints[0]?.id ?? '', databases[0]?.name ?? '')
  }

  /**
   * The database that is meant by a name and `options`, as a connection string or a startup packet
   * has them: `endpoint=ep-…` names a compute, and without it the default branch is meant.
   */
  target(options: string, database: string, credentials: Credentials): Target {
    const endpoint = /(?:^|\s)endpoint=(\S+)/.exec(options)?.[1]?.replace(/-pooler$/, '')
    const branch = this.#branchOf(endpoint)
    const backend = branch === undefined ? null : this.#project.databases.door(branch, database)
    // Without a way in it is the same answer as to a wrong password, or to a wrong name.
    const known = backend === null ? undefined : { ...credentials, database }
    return {
      backend: backend ?? nowhere,
      credentials: branch === undefined ? { ...credentials, user: '' } : (known ?? credentials),
      before: async statements => {
        const isMigration = statements.some(({ query }) => kMigration.test(query))
        if (branch === undefined || !isMigration) return async () => {}
        return this.#project.beforeMigration(branch)
      },
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    await this.#project.close()
  }

  #branchOf(endpoint: string | undefined): StoredBranch | undefined {
    if (endpoint === undefined) return this.#project.default()
    return this.#project
      .branches()
      .find(({ endpoints }) => endpoints.some(({ id }) => id === endpoint))
  }
}

/** Behind a name that leads nowhere; who asks for it has been turned away before. */
const nowhere: Backend = {
  name: 'PostgreSQL',
  acquire: () => Promise.reject(new Error('there is no such database')),
  connect: () => Promise.reject(new Error('there is no such database')),
  close: async () => {},
}
