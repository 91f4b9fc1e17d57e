/**
 * Connections to a PostgreSQL server.
 *
 * `pg` makes the connection, since TLS and the ways to authenticate are its business; from then on
 * its socket is ours, and carries the bytes of the protocol as they are. Only so does a reply keep
 * the column ids and type modifiers of RowDescription, and a WebSocket everything else.
 */
import { connect, type Socket } from 'node:net'

import pg, { type Client } from 'pg'

import { EndpointError, databaseError } from './errors.js'
import { cancelRequest } from './wire.js'

const kConnectTimeoutMs = 10_000

/** A connection past its authentication, idle. */
export interface Upstream {
  socket: Socket
  processId: number
  secret: number
  /** The ParameterStatus values of the greeting. */
  parameters: ReadonlyMap<string, string>
  /** Asks the server, on another connection, to cancel what this one runs. */
  cancel(): void
}

const kErrorLetters: Readonly<Record<string, string>> = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  P: 'position',
  W: 'where',
  F: 'file',
  L: 'line',
  R: 'routine',
}

/** The failure to connect as an answer: PostgreSQL's refusal in its words, all else in Neon's. */
function connectFailure(error: unknown): EndpointError {
  const from = error as { message?: string } & Readonly<Record<string, unknown>>
  if (typeof from['severity'] !== 'string') {
    return new EndpointError(500, "Couldn't connect to compute node")
  }
  const fields = new Map([['M', from.message ?? '']])
  for (const [letter, name] of Object.entries(kErrorLetters)) {
    const value = from[name]
    if (typeof value === 'string') fields.set(letter, value)
  }
  return databaseError(fields.get('C') === '3D000' ? 400 : 500, fields)
}

/** Connects to the server that `url` names. Errors never contain the URL. */
export async function connectUpstream(url: string): Promise<Upstream> {
  const parameters = new Map<string, string>()
  let client: Client
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: kConnectTimeoutMs })
    client.connection.on(
      'parameterStatus',
      (status: { parameterName: string; parameterValue: string }) => {
        parameters.set(status.parameterName, status.parameterValue)
      },
    )
    // Without a listener, an error between here and connect() would end the process.
    client.on('error', () => {})
    await client.connect()
  } catch (error) {
    throw connectFailure(error)
  }
  const socket = client.connection.stream
  for (const event of ['data', 'end', 'close', 'error']) socket.removeAllListeners(event)
  const { host, port } = client
  const processId = client.processID ?? 0
  const secret = client.secretKey ?? 0
  const cancel = (): void => {
    const other = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    other.on('error', () => {})
    other.end(cancelRequest(processId, secret))
  }
  return { socket, processId, secret, parameters, cancel }
}
