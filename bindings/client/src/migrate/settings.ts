import type { Bundle } from './types.ts'

/** Reads something out of what the platform binds: a secret, a variable. */
export type FromEnv<Env, T> = (env: Env) => T

/** What a Worker's rate-limit binding does. */
export interface RateLimit {
  limit(options: { key: string }): Promise<{ success: boolean }>
}

/** How an endpoint is set up. Everything that is secret is read from the environment. */
export interface EndpointSettings<Env> {
  /** The migrator's connection string, whose role may do what the application's must not. */
  url: FromEnv<Env, string | undefined>
  /** The name of the environment, which every call has to say and the database has to bear. */
  environment: FromEnv<Env, string | undefined>
  /**
   * The bearer tokens. One that is unset or empty lets nobody in. That of `apply` and that of
   * `undo` may also read; without one for `undo` there is no undo.
   */
  tokens: {
    status?: FromEnv<Env, string | undefined>
    apply: FromEnv<Env, string | undefined>
    undo?: FromEnv<Env, string | undefined>
  }
  /** Which version of the application this is, for the journal. */
  version?: FromEnv<Env, string | undefined>
  /** Asked about each wrong token; once it says no, the answer is 429. */
  rateLimit?: FromEnv<Env, RateLimit | undefined>
  limits?: {
    /** Requests to the database in one call; 45 unless given, of the 50 that a free plan allows. */
    requests?: number
    /** Milliseconds that one call goes on to begin something; 25000 unless given. */
    ms?: number
    /** The longest statement that is begun, by its estimate; 20000 unless given. */
    holdMs?: number
  }
  /** Errors and plans carry the text of statements, and values; not unless given. */
  details?: boolean
  /** Goes before the caller's and the bundle's. */
  order?: Bundle['order']
}

/** As much of a Worker's context as is needed. */
export interface EndpointContext {
  waitUntil(work: Promise<unknown>): void
}

/** A Worker's `fetch`, or a route of one. */
export type MigrationHandler<Env> =
  (request: Request, env: Env, ctx: EndpointContext) => Promise<Response>
