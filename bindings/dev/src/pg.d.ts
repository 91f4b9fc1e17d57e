/** The little of `pg` that upstream.ts and api/store.ts use; the package ships no types. */
declare module 'pg' {
  import type { EventEmitter } from 'node:events'
  import type { Socket } from 'node:net'

  interface Connection extends EventEmitter {
    stream: Socket
  }

  class Client extends EventEmitter {
    constructor(config: { connectionString: string; connectionTimeoutMillis?: number })
    readonly connection: Connection
    readonly host: string
    readonly port: number
    readonly processID: number | null
    readonly secretKey: number | null
    connect(): Promise<unknown>
    query(sql: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>
    end(): Promise<void>
  }

  const pg: { Client: typeof Client }
  export type { Client }
  export default pg
}
