/** The management calls, as routes over a project. */
import { timingSafeEqual, createHash, randomUUID } from 'node:crypto'

import { Hono, type Context } from 'hono'

import { findMoment, isHead, type When } from './moments.js'
import type { Changed, Project } from './project.js'
import { bodyOf, endpointsOf, flag, objectIn, text, time, typeOf, whenOf } from './read.js'
import { kSchemaQuery, unifiedDiff } from './schema.js'
import * as shape from './shapes.js'
import { ApiError, type StoredBranch, type StoredSnapshot } from './state.js'

/** What the routes have to know besides the project. */
export interface ApiSettings {
  key: string
  user: string
  password: string
  /** Where this endpoint listens, as a connection string has it. */
  authority(): string
  onFailure(message: string): void
}

const kMaxPage = 10_000

function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** The API under `/projects`, for one project. */
export class Routes {
  readonly #project: Project
  readonly #settings: ApiSettings

  constructor(project: Project, settings: ApiSettings) {
    this.#project = project
    this.#settings = settings
  }

  app(): Hono {
    const app = new Hono()
    app.use('*', async (c, next) => {
      const given = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
      if (!sameSecret(given, this.#settings.key)) throw new ApiError(401, 'no valid API key')
      await this.#project.sweep()
      await next()
    })
    app.use('/projects/:project/*', async (c, next) => {
      if (c.req.param('project') !== this.#id) throw new ApiError(404, 'there is no such project')
      await next()
    })
    this.#projects(app)
    this.#branches(app)
    this.#changes(app)
    this.#inside(app)
    this.#snapshots(app)
    app.notFound(() => failure(new ApiError(404, 'this stand-in does not serve that call')))
    app.onError(error => {
      if (error instanceof ApiError) return failure(error)
      this.#settings.onFailure(error.message)
      return failure(new ApiError(500, error.message))
    })
    return app
  }

  get #id(): string {
    return this.#project.store.state.project.id
  }

  #projects(app: Hono): void {
    const { state, url } = this.#project.store
    const one = async (): Promise<object> => {
      const name = new URL(url).pathname.slice(1)
      const rows = await this.#project.store.within(name, 'show server_version_num')
      const version = Math.floor(Number(rows[0]?.['server_version_num']) / 10_000)
      return shape.projectShape(state.project, version, this.#settings.authority())
    }
    app.get('/projects', async c => c.json({ projects: [await one()] }))
    app.get('/projects/:project', async c => {
      if (c.req.param('project') !== this.#id) throw new ApiError(404, 'there is no such project')
      return c.json({ project: await one() })
    })
    app.patch('/projects/:project', async c => {
      const kept = objectIn(await bodyOf(c), 'project')['history_retention_seconds']
      if (typeof kept !== 'number') throw new ApiError(400, 'only the history can be changed')
      state.project.historySeconds = kept
      await this.#project.store.save()
      return c.json({ project: await one(), operations: [] })
    })
    app.get('/users/me/organizations', c => c.json({ organizations: [] }))
    app.get('/projects/:project/operations', c => {
      const limit = Number(c.req.query('limit') ?? 100)
      const all = this.#project.operations.all
      const cursor = c.req.query('cursor')
      const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
      const page = all.slice(from, from + limit)
      const last = page.at(-1)
      return c.json({
        operations: page.map(each => shape.operationShape(each, this.#id)),
        ...(last === undefined ? {} : { pagination: { cursor: last.id } }),
      })
    })
    app.get('/projects/:project/operations/:operation', c => {
      const found = this.#project.operations.get(c.req.param('operation'))
      return c.json({ operation: shape.operationShape(found, this.#id) })
    })
  }

  #branches(app: Hono): void {
    const path = '/projects/:project/branches'
    app.get(path, c => c.json(this.#list(c)))
    app.post(path, async c => {
      const body = await bodyOf(c)
      const branch = objectIn(body, 'branch')
      const changed = await this.#project.create({
        name: text(branch, 'name'),
        parentId: text(branch, 'parent_id'),
        isProtected: flag(branch, 'protected'),
        isSchemaOnly: text(branch, 'init_source') === 'schema-only',
        expiresAt: time(branch, 'expires_at'),
        endpoints: endpointsOf(body),
        ...whenOf(branch, 'parent_'),
      })
      return c.json({ ...this.#changed(changed), ...this.#contents(changed.branch) }, 201)
    })
    app.get(`${path}/:branch`, c => {
      // One that was deleted is found as long as it can be recovered.
      return c.json({ branch: this.#shape(this.#branch(c, true)), annotation: annotation() })
    })
    app.patch(`${path}/:branch`, async c => {
      const given = objectIn(await bodyOf(c), 'branch')
      const isProtected = flag(given, 'protected')
      const name = text(given, 'name')
      const changed = await this.#project.update(this.#branch(c), {
        ...(name === undefined ? {} : { name }),
        ...(isProtected === undefined ? {} : { isProtected }),
        ...('expires_at' in given ? { expiresAt: time(given, 'expires_at') ?? null } : {}),
      })
      return c.json(this.#changed(changed))
    })
    app.delete(`${path}/:branch`, async c => {
      const found = this.#project.branches().find(({ id }) => id === c.req.param('branch'))
      if (found === undefined) return c.body(null, 204)
      const changed = await this.#project.delete(found, c.req.query('hard_delete') === 'true')
      return c.json(this.#changed(changed))
    })
  }

  #changes(app: Hono): void {
    const path = '/projects/:project/branches/:branch'
    app.post(`${path}/recover`, async c => {
      const branch = await this.#project.recover(c.req.param('branch'))
      return c.json({ branch: this.#shape(branch), endpoints: this.#endpoints(branch) })
    })
    app.post(`${path}/set_as_default`, async c => {
      return c.json(this.#changed(await this.#project.setDefault(this.#branch(c))))
    })
    app.post(`${path}/restore`, async c => {
      const body = await bodyOf(c)
      const sourceId = text(body, 'source_branch_id')
      if (sourceId === undefined) throw new ApiError(400, 'source_branch_id is missing')
      const preserve = text(body, 'preserve_under_name')
      const wanted = { sourceId, preserve, ...whenOf(body, 'source_') }
      return c.json(this.#changed(await this.#project.restore(this.#branch(c), wanted)))
    })
    app.get(`${path}/endpoints`, c => c.json({ endpoints: this.#endpoints(this.#branch(c)) }))
    app.get('/projects/:project/endpoints', c => {
      const endpoints = this.#project.branches().flatMap(branch => this.#endpoints(branch))
      return c.json({ endpoints })
    })
    app.post('/projects/:project/endpoints', async c => {
      const given = objectIn(await bodyOf(c), 'endpoint')
      const branch = this.#project.branch(text(given, 'branch_id') ?? '')
      const changed = await this.#project.addEndpoint(branch, typeOf(given))
      const endpoint = this.#endpoints(branch).at(-1)
      return c.json({ endpoint, operations: this.#changed(changed)['operations'] }, 201)
    })
  }

  #inside(app: Hono): void {
    const path = '/projects/:project/branches/:branch'
    app.get(`${path}/databases`, c => c.json(this.#databases(this.#branch(c))))
    app.post(`${path}/databases`, async c => {
      const given = objectIn(await bodyOf(c), 'database')
      const [name, owner] = [text(given, 'name'), text(given, 'owner_name')]
      if (name === undefined || owner === undefined) {
        throw new ApiError(400, 'a database has a name and an owner')
      }
      const changed = await this.#project.addDatabase(this.#branch(c), name, owner)
      const at = changed.branch.createdAt
      const made = { id: 0, name, owner, real: '', createdAt: at }
      const database = shape.databaseShape(made, changed.branch)
      return c.json({ database, operations: this.#changed(changed)['operations'] }, 201)
    })
    app.get(`${path}/roles`, c => c.json(this.#roles(this.#branch(c))))
    app.post(`${path}/roles`, () => {
      throw new ApiError(400, 'this stand-in has one role, and makes no others')
    })
    app.get(`${path}/roles/:role/reveal_password`, c => {
      this.#branch(c)
      if (c.req.param('role') !== this.#settings.user) throw new ApiError(404, 'no such role')
      return c.json({ password: this.#settings.password })
    })
    app.get('/projects/:project/connection_uri', c => c.json(this.#uri(c)))
    app.get(`${path}/schema`, async c => {
      const query = c.req.query()
      const branch = this.#branch(c)
      return c.json({ sql: await this.#schema(branch, whenOf(query, ''), query['db_name']) })
    })
    app.get(`${path}/compare_schema`, async c => {
      const query = c.req.query()
      const branch = this.#branch(c)
      const id = query['base_branch_id'] ?? branch.parentId
      const base = this.#project.branch(id ?? '')
      const ours = await this.#schema(branch, whenOf(query, ''), query['db_name'])
      const theirs = await this.#schema(base, whenOf(query, 'base_'), query['db_name'])
      return c.json({ diff: unifiedDiff(theirs, ours, [base.name, branch.name]) })
    })
  }

  #snapshots(app: Hono): void {
    const path = '/projects/:project'
    app.post(`${path}/branches/:branch/snapshot`, async c => {
      const query = c.req.query()
      const { snapshot, operations } = await this.#project.snapshot(this.#branch(c), {
        name: text(query, 'name'),
        expiresAt: time(query, 'expires_at'),
        ...whenOf(query, ''),
      })
      const listed = operations.map(each => shape.operationShape(each, this.#id))
      return c.json({ snapshot: shape.snapshotShape(snapshot), operations: listed })
    })
    app.get(`${path}/snapshots`, c => {
      return c.json({ snapshots: this.#project.store.state.snapshots.map(shape.snapshotShape) })
    })
    app.delete(`${path}/snapshots/:snapshot`, async c => {
      const operations = await this.#project.deleteSnapshot(this.#snapshot(c))
      const listed = operations.map(each => shape.operationShape(each, this.#id))
      return c.json({ operations: listed }, 202)
    })
    app.post(`${path}/snapshots/:snapshot/restore`, async c => {
      const body = await bodyOf(c)
      if (flag(body, 'finalize_restore') === true) {
        throw new ApiError(400, 'this stand-in restores a snapshot only to a branch of its own')
      }
      const changed = await this.#project.restoreSnapshot(this.#snapshot(c), text(body, 'name'))
      return c.json(this.#changed(changed))
    })
  }

  #branch(c: Context, isDeleted = false): StoredBranch {
    return this.#project.branch(c.req.param('branch') ?? '', isDeleted)
  }

  #snapshot(c: Context): StoredSnapshot {
    const id = c.req.param('snapshot')
    const found = this.#project.store.state.snapshots.find(each => each.id === id)
    if (found === undefined) throw new ApiError(404, 'there is no such snapshot')
    return found
  }

  #list(c: Context): object {
    const { search = '', sort_by: by = 'updated_at', sort_order: order = 'desc' } = c.req.query()
    const limit = Math.min(Number(c.req.query('limit') ?? kMaxPage) || kMaxPage, kMaxPage)
    const key = by === 'name' ? 'name' : by === 'created_at' ? 'createdAt' : 'updatedAt'
    const all = this.#project
      .branches(c.req.query('include_deleted') === 'true')
      .filter(({ name, id }) => name.includes(search) || id.includes(search))
      .sort((a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0))
    if (order !== 'asc') all.reverse()
    const cursor = c.req.query('cursor')
    const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
    const page = all.slice(from, from + limit)
    const last = page.at(-1)
    const isMore = from + limit < all.length && last !== undefined
    return {
      branches: page.map(branch => this.#shape(branch)),
      annotations: {},
      pagination: { ...(isMore ? { next: last.id } : {}), sort_by: by, sort_order: order },
    }
  }

  #shape(branch: StoredBranch): object {
    return shape.branchShape(branch, this.#id)
  }

  #endpoints(branch: StoredBranch): object[] {
    const host = this.#settings.authority()
    return branch.endpoints.map(each => shape.endpointShape(each, branch, this.#id, host))
  }

  #changed({ branch, operations }: Changed): Record<string, unknown> {
    return {
      branch: this.#shape(branch),
      operations: operations.map(each => shape.operationShape(each, this.#id)),
    }
  }

  #databases(branch: StoredBranch): object {
    return { databases: branch.databases.map(each => shape.databaseShape(each, branch)) }
  }

  #roles(branch: StoredBranch): object {
    return { roles: [shape.roleShape(this.#settings.user, branch)] }
  }

  /** What the answer to a creation has besides. */
  #contents(branch: StoredBranch): object {
    const { user, password } = this.#settings
    const [endpoint] = branch.endpoints
    const [database] = branch.databases
    const host = this.#settings.authority()
    const isPlain = endpoint !== undefined && branch.databases.length === 1
    const uris = isPlain
      ? [
          {
            connection_uri: this.uriOf(endpoint.id, database?.name ?? ''),
            connection_parameters: {
              database: database?.name ?? '',
              password,
              role: user,
              host,
              pooler_host: host,
            },
          },
        ]
      : undefined
    return {
      endpoints: this.#endpoints(branch),
      ...this.#roles(branch),
      ...this.#databases(branch),
      ...(uris === undefined ? {} : { connection_uris: uris }),
    }
  }

  #uri(c: Context): object {
    const { database_name: name, role_name: role, branch_id: at, endpoint_id: by } = c.req.query()
    const branch = at === undefined ? this.#project.default() : this.#project.branch(at)
    const endpoint = branch.endpoints.find(({ id }) => by === undefined || id === by)
    if (endpoint === undefined) throw new ApiError(404, 'the branch has no such compute')
    if (name === undefined || !branch.databases.some(each => each.name === name)) {
      throw new ApiError(404, 'there is no such database')
    }
    if (role !== this.#settings.user) throw new ApiError(404, 'there is no such role')
    return { uri: this.uriOf(endpoint.id, name) }
  }

  /** A connection string, which names a compute: here all of them have one host. */
  uriOf(endpoint: string, database: string): string {
    const { user, password } = this.#settings
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
    const options = encodeURIComponent(`endpoint=${endpoint}`)
    const name = encodeURIComponent(database)
    return `postgresql://${login}@${this.#settings.authority()}/${name}?options=${options}`
  }

  async #schema(branch: StoredBranch, when: When, name: string | undefined): Promise<string> {
    const { databases } = isHead(when)
      ? branch
      : findMoment(this.#project.branches(), branch, when).moment
    const database = databases.find(each => each.name === name)
    if (database === undefined) throw new ApiError(404, 'there is no such database')
    const rows = await this.#project.store.within(database.real, kSchemaQuery)
    return String(rows[0]?.['sql'] ?? '')
  }
}

function failure(error: ApiError): Response {
  const id = randomUUID()
  const { status, message, code } = error
  const body = JSON.stringify({ request_id: id, code, message })
  const headers = { 'content-type': 'application/json', 'x-neon-ret-request-id': id }
  return new Response(body, { status, headers })
}

function annotation(): object {
  const at = new Date(0).toISOString()
  return { object: { type: '', id: '' }, value: {}, created_at: at, updated_at: at }
}
