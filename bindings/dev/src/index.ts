/**
 * A Neon endpoint on this machine: `POST /sql` and the WebSocket side, in front of PGlite or of a
 * PostgreSQL server.
 *
 * @example
 * import { startDev } from 'ballast-cli/dev'
 *
 * const dev = await startDev({ data: null })
 * console.log(dev.databaseUrl) // postgresql://ballast:ballast@127.0.0.1:49152/ballast
 * await dev.close()
 *
 * @module
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { Branches } from './api/index.js'
import type { Backend } from './backend.js'
import { Chaos, parseChaos, type ChaosPlan } from './chaos.js'
import type { Credentials } from './credentials.js'
import { EndpointError } from './errors.js'
import type { DevEvent } from './events.js'
import { PgliteBackend } from './pglite.js'
import { PostgresBackend } from './postgres.js'
import { Recorder } from './record.js'
import { makeServer } from './server.js'
import { lockDataDir, prepareDataDir } from './template.js'
import { query, readError } from './wire.js'

export type { ChaosPlan, Fault } from './chaos.js'
export type { DevEvent } from './events.js'
export { parseChaos } from './chaos.js'
export { recordQueries, type Recorder } from './record.js'

/** The version of PGlite that this build was made with; its clusters carry it in their name. */
declare const PGLITE_VERSION: string

const kMaxBody = 64 * 1024 * 1024
const kWaitMs = 10_000
const kApiKey = 'local-api-key'

/** How to start an endpoint. Everything has a default. */
export interface DevOptions {
  /** The port; 0, the default, takes a free one. */
  port?: number
  /** The address to listen on; 127.0.0.1 unless given. */
  host?: string
  /** PGlite's data directory, `.ballast/pgdata` unless given; null for one that is thrown away. */
  data?: string | null
  /** Where the cluster is kept that new data directories are copied from. */
  template?: string
  /** A PostgreSQL server to use instead of PGlite, as a connection string. */
  postgres?: string
  /** Serves Neon's management API too, with branches on the server that `postgres` names. */
  api?: boolean
  /** What the API takes for its key; `local-api-key` unless given. */
  apiKey?: string
  /** SQL files to run before the endpoint listens. */
  load?: readonly string[]
  /** Faults to inject, as a plan or in the words of `--chaos`. */
  chaos?: string | ChaosPlan
  /** What the faults are drawn from; 0 unless given. */
  seed?: number
  /** Largest request body in bytes; 64 MiB unless given. */
  maxRequest?: number
  /** Largest reply in bytes; 64 MiB unless given. */
  maxResponse?: number
  /** How long a request waits for a session before it fails with 53300; 10 s unless given. */
  waitMs?: number
  /** The user name to be used; `ballast` unless given. */
  user?: string
  /** The password to be used; `ballast` unless given. */
  password?: string
  /** The database name to be used; `ballast` unless given. */
  database?: string
  /** First labels of the host names that mean this endpoint; `['ballast']` unless given. */
  endpoints?: readonly string[]
  /** A file into which the queries that come over HTTP are written, for `ballast check`. */
  record?: string
  /** Hears what happens. */
  onEvent?: (event: DevEvent) => void
}

/** A running endpoint. */
export interface Dev {
  /** Where SQL goes over HTTP, such as `http://127.0.0.1:49152/sql`. */
  url: string
  /** The connection string for `neon()`. */
  databaseUrl: string
  /** The host and port with the path of the WebSocket side, for `neonConfig.wsProxy`. */
  wsProxy: string
  port: number
  /** `PGlite` or `PostgreSQL`. */
  backend: string
  /** The management API, where it is served. */
  api?: { host: string; key: string; project: string }
  /** Finishes the requests that run, writes everything to disk and ends. Safe to call twice. */
  close(): Promise<void>
}

/** What has to be undone on the way out, last first. */
type Undo = (() => Promise<unknown>)[]

/** Takes every step, even after one has failed, and reports the first failure. */
async function undoAll(undo: Undo): Promise<void> {
  const failures: unknown[] = []
  for (const step of undo.splice(0).reverse()) {
    await step().catch((error: unknown) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
}

async function openPglite(
  options: DevOptions,
  credentials: Credentials,
  report: (event: DevEvent) => void,
  undo: Undo,
): Promise<Backend> {
  let data = options.data === undefined ? '.ballast/pgdata' : options.data
  const folder = dirname(data ?? '.ballast/pgdata')
  const template = options.template ?? join(folder, `pglite-${PGLITE_VERSION}`)
  if (data === null) {
    const temporary = await mkdtemp(join(tmpdir(), 'ballast-'))
    undo.push(() => rm(temporary, { recursive: true, force: true }))
    data = join(temporary, 'pgdata')
  }
  undo.push(await lockDataDir(data))
  const progress = (message: string): void => report({ event: 'progress', message })
  await prepareDataDir(data, template, credentials, progress)
  progress('opening PGlite')
  return PgliteBackend.open(data, credentials, options.waitMs ?? kWaitMs)
}

/** Runs a file's SQL as `psql -1` would: all of it, or an error and nothing. */
async function load(backend: Backend, file: string, sql: string): Promise<void> {
  const session = await backend.acquire()
  let failure: string | undefined
  try {
    await session.exchange(query(sql), ({ type, body }) => {
      if (type === 'E') failure = readError(body).get('M')
    })
  } finally {
    await session.release(false)
  }
  if (failure !== undefined) throw new Error(`${file}: ${failure}`)
}

function credentialsOf(options: DevOptions): Credentials {
  return {
    user: options.user ?? 'ballast',
    password: options.password ?? 'ballast',
    database: options.database ?? 'ballast',
    endpoints: options.endpoints ?? ['ballast'],
  }
}

function chaosOf({ chaos, seed }: DevOptions): Chaos {
  const plan = typeof chaos === 'string' ? parseChaos(chaos) : (chaos ?? new Map())
  return new Chaos(plan, seed ?? 0)
}

function recorderOf({ record }: DevOptions, undo: Undo): (texts: readonly string[]) => void {
  if (record === undefined) return () => {}
  const recorder = new Recorder(record)
  undo.push(() => recorder.close())
  return texts => recorder.add(texts)
}

async function readScript(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file}, which is to be loaded, cannot be read: ${error.code ?? 'error'}`)
  })
}

/** What failed before the endpoint listened, in words. */
function startFailure(error: unknown, { port, postgres }: DevOptions): unknown {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return new Error(`port ${port} is taken, perhaps by another endpoint: --port takes another one`)
  }
  // A server that cannot be reached shows itself while files are loaded.
  if (!(error instanceof EndpointError)) return error
  const isReached = postgres === undefined || error.fields !== undefined
  return new Error(isReached ? error.message : 'the server of --postgres cannot be reached')
}

/** Starts an endpoint; resolves when it listens. */
export async function startDev(options: DevOptions = {}): Promise<Dev> {
  const chaos = chaosOf(options)
  const credentials = credentialsOf(options)
  const report = options.onEvent ?? ((): void => {})
  // Read first: a wrong file name should not take as long as the start of a database to show.
  const scripts = new Map<string, string>()
  for (const file of options.load ?? []) scripts.set(file, await readScript(file))
  const undo: Undo = []
  try {
    const backend =
      options.postgres === undefined
        ? await openPglite(options, credentials, report, undo)
        : new PostgresBackend(options.postgres, options.waitMs ?? kWaitMs)
    undo.push(() => backend.close())
    for (const [file, sql] of scripts) {
      await load(backend, file, sql)
      report({ event: 'loaded', file })
    }
    const host = options.host ?? '127.0.0.1'
    const place = { authority: '' }
    const branches = await openBranches(options, credentials, place, report)
    if (branches !== undefined) undo.push(() => branches.close())
    const { server, close } = makeServer({
      backend,
      credentials,
      branches,
      chaos,
      maxRequest: options.maxRequest ?? kMaxBody,
      maxResponse: options.maxResponse ?? kMaxBody,
      onEvent: report,
      onQueries: recorderOf(options, undo),
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port ?? 0, host, resolve)
    })
    undo.push(close)
    place.authority = authorityOf(server.address() as AddressInfo, host)
    return describe(place.authority, credentials, backend.name, branches, undo)
  } catch (error) {
    await undoAll(undo)
    throw startFailure(error, options)
  }
}

/** Branches are databases of a server's, so that PGlite, which has one, cannot have them. */
async function openBranches(
  { api, apiKey, postgres, waitMs }: DevOptions,
  credentials: Credentials,
  place: { authority: string },
  report: (event: DevEvent) => void,
): Promise<Branches | undefined> {
  if (api !== true) return undefined
  if (postgres === undefined) throw new Error('branches want a PostgreSQL server: --postgres URL')
  const { user, password } = credentials
  const settings = {
    key: apiKey ?? kApiKey,
    user,
    password,
    authority: () => place.authority,
    onFailure: (message: string) => report({ event: 'failure', message }),
  }
  return Branches.open(postgres, credentials, settings, waitMs ?? kWaitMs)
}

function authorityOf({ port }: AddressInfo, host: string): string {
  // One cannot connect to "every address", only listen there.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${name.includes(':') ? `[${name}]` : name}:${port}`
}

function describe(
  authority: string,
  { user, password, database }: Credentials,
  backend: string,
  branches: Branches | undefined,
  undo: Undo,
): Dev {
  const [u, p, d] = [user, password, database].map(encodeURIComponent)
  let closing: Promise<void> | undefined
  const api =
    branches === undefined
      ? {}
      : {
          api: {
            host: `http://${authority}/api/v2`,
            key: branches.key,
            project: branches.projectId,
          },
        }
  return {
    url: `http://${authority}/sql`,
    databaseUrl: branches?.defaultUrl() ?? `postgresql://${u}:${p}@${authority}/${d}`,
    wsProxy: `${authority}/v2`,
    port: Number(new URL(`http://${authority}`).port),
    backend,
    ...api,
    close: () => (closing ??= undoAll(undo)),
  }
}
