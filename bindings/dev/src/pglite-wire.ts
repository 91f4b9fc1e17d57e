/** One WebSocket on the session of PGlite, which it holds for a transaction at a time. */
import type { WireSink } from './backend.js'
import { EndpointError } from './errors.js'
import type { Holder } from './pglite.js'
import { message, MessageReader, ourError, readCString, sync, type Message } from './wire.js'

/** The part of the backend that a wire needs. */
export interface Turnstile {
  readonly idle: boolean
  enter(holder: Holder): Promise<void>
  leave(): Promise<void>
  run(bytes: Uint8Array, onMessage: (message: Message) => void): Promise<void>
}

// The messages after which a client waits for answers.
const kEnds = new Set(['S', 'Q', 'H', 'F'])
// The data of a COPY: PGlite's are refused, so what a client sends along is dropped.
const kCopyData = new Set(['d', 'c', 'f'])

/** Runs a client's messages in turn with all others'. */
export class PgliteWire implements Holder {
  #backend: Turnstile
  #sink: WireSink
  #reader = new MessageReader()
  #group: Message[] = []
  #work: Promise<void> = Promise.resolve()
  #holding = false
  #closed = false
  // Prepared statements by name, as their Parse messages: another holder's turn discards them.
  #prepared = new Map<string, Buffer>()

  constructor(backend: Turnstile, sink: WireSink) {
    this.#backend = backend
    this.#sink = sink
  }

  restore(): Uint8Array[] {
    return [...this.#prepared.values()].map(parse => Buffer.concat([parse, sync]))
  }

  write(bytes: Uint8Array): void {
    for (const received of this.#reader.push(bytes)) {
      if (received.type === 'X') {
        this.#sink.close()
        return
      }
      if (kCopyData.has(received.type)) continue
      this.#group.push(received)
      if (!kEnds.has(received.type)) continue
      const group = this.#group.splice(0)
      this.#work = this.#work.then(() => this.#run(group))
    }
  }

  /** Rolls back what is open, after what has begun is done. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#work
    if (this.#holding) await this.#backend.leave()
    this.#holding = false
  }

  /** Notes what the server has prepared and closed: its answers come in the order of the group. */
  #remember(group: readonly Message[], answers: readonly Message[]): void {
    const parses = group.filter(({ type }) => type === 'P')
    const closes = group.filter(({ type }) => type === 'C')
    for (const { type } of answers) {
      const parse = type === '1' ? parses.shift() : undefined
      const close = type === '3' ? closes.shift() : undefined
      const name = parse === undefined ? '' : readCString(parse.body)
      if (parse !== undefined && name !== '') this.#prepared.set(name, parse.bytes)
      if (close?.body[0] === 0x53) this.#prepared.delete(readCString(close.body, 1))
    }
  }

  async #run(group: readonly Message[]): Promise<void> {
    if (this.#closed) return
    try {
      if (!this.#holding) await this.#backend.enter(this)
      this.#holding = true
      const answers: Message[] = []
      await this.#backend.run(Buffer.concat(group.map(({ bytes }) => bytes)), received => {
        // A client that saw CopyInResponse would send data; it gets the refusal alone.
        if (received.type !== 'G') answers.push(received)
      })
      this.#remember(group, answers)
      this.#sink.send(Buffer.concat(answers.map(({ bytes }) => bytes)))
      if (group.at(-1)?.type !== 'H' && this.#backend.idle) {
        this.#holding = false
        await this.#backend.leave()
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (error instanceof EndpointError && !this.#holding) {
      const { fields } = error
      this.#sink.send(ourError('ERROR', fields?.get('C') ?? '', error.message, fields?.get('H')))
      this.#sink.send(message('Z', Buffer.from('I')))
      return
    }
    this.#sink.send(ourError('FATAL', 'XX000', 'PGlite stopped: start the endpoint again'))
    this.#sink.close()
  }
}
