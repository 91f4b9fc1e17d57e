/** Who may use the endpoint. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

import { EndpointError } from './errors.js'

/** The one account of a local endpoint. */
export interface Credentials {
  user: string
  password: string
  database: string
  /** First labels of host names that mean this endpoint, besides `localhost` and addresses. */
  endpoints: readonly string[]
}

/**
 * Whether a host name means this endpoint: `localhost`, an address, which has no room for an
 * endpoint's name, or `<endpoint>[-pooler].anything`.
 */
export function isOurHost(host: string, credentials: Credentials): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true
  const [label = '', ...rest] = name.split('.')
  return rest.length > 0 && credentials.endpoints.includes(label.replace(/-pooler$/, ''))
}

function sameSecret(given: Uint8Array, expected: string): boolean {
  const digest = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** Whether user and password are those of the account. */
export function isOurUser(user: string, password: Uint8Array, credentials: Credentials): boolean {
  return sameSecret(password, credentials.password) && user === credentials.user
}

/** The words of Neon for a wrong password, an unknown user and an unknown endpoint alike. */
export function passwordFailure(user: string): string {
  return `password authentication failed for user '${user}'`
}

/** Checks a request over HTTP, or throws the 400 that Neon answers. */
export function authenticate(
  request: { user: string; password: Uint8Array; host: string; database: string },
  credentials: Credentials,
): void {
  const known =
    isOurHost(request.host, credentials) && isOurUser(request.user, request.password, credentials)
  if (!known) throw new EndpointError(400, passwordFailure(request.user))
  if (request.database !== credentials.database) {
    const text = `database "${request.database}" does not exist`
    const fields = new Map([
      ['S', 'FATAL'],
      ['C', '3D000'],
      ['M', text],
    ])
    throw new EndpointError(400, text, fields)
  }
}
