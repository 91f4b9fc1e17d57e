import { configuredUrl } from './config.ts'
import { resolveEndpoint } from './core.ts'
import type { Endpoint } from './core.ts'
import { CONNECTION_KEYS } from './options.ts'
import type { AnyOptions, ConnectionOptions } from './options.ts'

/** An endpoint with the headers that every request to it carries. */
export interface Address {
  endpoint: Endpoint
  headers: Readonly<Record<string, string>>
}

/** The parts of a connection once every function among them has been asked. */
type Parts = Parameters<typeof resolveEndpoint>[0]

// The same few strings come again and again, from every request that calls neon(). A program that
// makes up new ones without end should not keep them all.
const CACHE_MAX = 64
const cache = new Map<string, Address>()

/** Where queries go: the parts of a connection, resolved once unless some part is a function. */
export class Connection {
  /** Known at once when no part is a function and the first query has been sent. */
  address: Address | undefined
  readonly #options: ConnectionOptions

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** This connection with the parts that `options` replaces; itself where it replaces none. */
  with(options: AnyOptions): Connection {
    let replaced: Record<string, unknown> | undefined
    for (const key of CONNECTION_KEYS) {
      if (options[key] === undefined) continue
      replaced ??= { ...this.#options }
      // The two spellings of a part must not stand side by side.
      replaced[key === 'username' ? 'user' : key === 'hostname' ? 'host' : key] = options[key]
    }
    return replaced === undefined ? this : new Connection(replaced)
  }

  /** The address, at once where no part is a function; else each is asked, for this one query. */
  resolve(): Address | Promise<Address> {
    if (Object.values(this.#options).some(part => typeof part === 'function')) return this.#ask()
    return this.address = addressOf(this.#options as Parts)
  }

  async #ask(): Promise<Address> {
    const parts: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(this.#options)) {
      parts[key] = typeof value === 'function' ? await value() : value
    }
    return addressOf(parts as Parts)
  }
}

function addressOf(parts: Parts): Address {
  const key = JSON.stringify(parts)
  let address = cache.get(key)
  if (address === undefined) {
    const endpoint = resolveEndpoint(parts)
    address = {
      endpoint,
      headers: {
        'Neon-Connection-String': endpoint.connectionString,
        'Neon-Raw-Text-Output': 'true',
        'Neon-Array-Mode': 'true',
      },
    }
    if (cache.size >= CACHE_MAX) cache.clear()
    cache.set(key, address)
  }
  return address
}

/** The URL that a query is posted to. */
export function urlOf({ endpoint }: Address, jwtAuth: boolean): string {
  return configuredUrl(endpoint.host, endpoint.port, jwtAuth) ??
    (jwtAuth ? endpoint.jwtUrl : endpoint.url)
}
