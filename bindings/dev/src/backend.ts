/** What stands behind the endpoint: PGlite, or a PostgreSQL server. */
import type { Message } from './wire.js'

/**
 * A session of PostgreSQL. Its user holds it alone until `release`, and sends the next bytes only
 * when the last exchange is over.
 */
export interface Session {
  /**
   * Sends frontend messages and hands over each answer, up to the ReadyForQuery that belongs to
   * the last of them. Rejects when the connection is lost.
   */
  exchange(bytes: Uint8Array, onMessage: (message: Message) => void): Promise<void>
  /** Asks the server to stop what runs now. PGlite cannot, and does nothing. */
  cancel(): void
  /** Gives the session back. A broken one is thrown away; any other is reset first. */
  release(broken: boolean): Promise<void>
}

/** Bytes for the client of a WebSocket, and the end of its connection. */
export interface WireSink {
  send(bytes: Uint8Array): void
  close(): void
}

/** The server's end of a WebSocket whose client is authenticated. */
export interface WireSession {
  /** Takes frontend bytes in the pieces in which they come. */
  write(bytes: Uint8Array): void
  /** The client is gone: what it left open is rolled back. */
  close(): Promise<void>
}

/** A database behind the endpoint. */
export interface Backend {
  /** `PGlite` or `PostgreSQL`, for people. */
  readonly name: string
  /** Waits for a session, for a limited time. */
  acquire(): Promise<Session>
  /** Opens a session for a WebSocket, sending its greeting from AuthenticationOk on. */
  connect(sink: WireSink): Promise<WireSession>
  /** Ends all sessions and, on PGlite, writes everything to disk. */
  close(): Promise<void>
}
