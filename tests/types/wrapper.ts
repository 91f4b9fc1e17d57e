// A query builder's dialect in the way that such things are written: by the shape of the client.
import { neon } from 'ballast'
import type * as official from '@neondatabase/serverless'

interface Compiled {
  sql: string
  parameters: readonly unknown[]
}

export class Connection {
  #client: official.NeonQueryFunction<false, false>

  constructor(client: official.NeonQueryFunction<false, false>) {
    this.#client = client
  }

  async execute<Row>(compiled: Compiled): Promise<{ rows: Row[], affected: bigint }> {
    const result = await this.#client.query(compiled.sql, [...compiled.parameters], {
      arrayMode: false,
      fullResults: true,
    })
    return { rows: result.rows as Row[], affected: BigInt(result.rowCount) }
  }

  async batch(all: readonly Compiled[]): Promise<Record<string, unknown>[][]> {
    return this.#client.transaction(all.map(each => this.#client.query(each.sql, [])))
  }
}

interface AnyClient {
  query(text: string, params?: unknown[]): PromiseLike<Record<string, unknown>[]>
  unsafe(text: string): object
}

export const connection = new Connection(neon(''))
export const loose: AnyClient = neon('')
