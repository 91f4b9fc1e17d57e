import { resolveEndpoint } from './core.ts'
import type { Untyped } from './options.ts'

/** Where a request goes, for a host and port: see `neonConfig.fetchEndpoint`. */
export type FetchEndpoint =
  (host: string, port: number | string, options?: { jwtAuth?: boolean }) => string

/** A `fetch`, or something that stands in for one. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>

const defaultEndpoint: FetchEndpoint = (host, port, options) => {
  const endpoint = resolveEndpoint({ user: 'user', password: 'none', host, port, database: 'db' })
  return options?.jwtAuth === true ? endpoint.jwtUrl : endpoint.url
}

/** The settings that queries look at. */
export const config = {
  /** The URL that queries are posted to, or a function that makes it. */
  fetchEndpoint: defaultEndpoint as string | FetchEndpoint,
  /** What is called instead of the global `fetch`. */
  fetchFunction: undefined as Untyped,
  /** Leaves out the warning in browsers. */
  disableWarningInBrowsers: false,
}

/**
 * Settings for every `neon()` in the program. `fetchEndpoint` and `fetchFunction` are the two that
 * matter over HTTP. The others belong to the WebSocket side of `@neondatabase/serverless`; they
 * are here so that code which sets them keeps working, and they have no effect.
 *
 * @example
 * neonConfig.fetchEndpoint = host => `http://${host}:4444/sql`
 */
export const neonConfig = /* @__PURE__ */ Object.assign(config, {
  /** No effect: Neon pools every request. */
  fetchConnectionCache: true,
  /** No effect: there is no Pool. */
  poolQueryViaFetch: false,
  /** No effect: there is no WebSocket side, here and below. */
  webSocketConstructor: undefined as Untyped,
  wsProxy: ((host: string) => host + '/v2') as
    string | ((host: string, port: number | string) => string),
  useSecureWebSocket: true,
  forceDisablePgSSL: true,
  coalesceWrites: true,
  pipelineConnect: 'password' as 'password' | false,
  subtls: undefined as Untyped,
  rootCerts: '',
  pipelineTLS: false,
  disableSNI: false,
})

/** The URL that a setting puts in place of the usual one, or undefined where none does. */
export function configuredUrl(host: string, port: string, jwtAuth: boolean): string | undefined {
  const endpoint = config.fetchEndpoint
  if (endpoint === defaultEndpoint) return undefined
  return typeof endpoint === 'string' ? endpoint : endpoint(host, port, { jwtAuth })
}

let hasWarned = false

/** Says once, in a browser, that a connection string there is everybody's. */
export function warnIfBrowser(): void {
  if (hasWarned || config.disableWarningInBrowsers || !('document' in globalThis)) return
  hasWarned = true
  console.warn('This page holds a database connection string, and so does everybody who opens ' +
    'it. Query from a server or a Worker, or use authToken with row-level security and set ' +
    'neonConfig.disableWarningInBrowsers.')
}
