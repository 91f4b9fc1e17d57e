/**
 * Carries the requests of the core's conversations with Neon's API. What is sent, what an answer
 * means and when it is over is decided in `src/branch`; here the host and the key are added.
 */
import { Instance } from '../../../client/src/instance.ts'
import { Failure } from '../failure.js'
import { toolsModule } from '../tools.js'
import type { ApiSettings } from './settings.js'

/** What is asked for; the members are those of `wasm/README.md`. */
export interface Ask {
  do: string
  [option: string]: string | number | boolean | undefined
}

/** What is told of a conversation. */
export type ApiEvent =
  | { event: 'created'; branch: string; name: string }
  | { event: 'operation'; action: string; status: string; message?: string }
  | { event: 'waiting'; code: string; message: string; ms: number }

/** How a conversation goes on. */
export interface Terms {
  /** Ends it between two requests: a change that is under way is not given up half-way. */
  signal?: AbortSignal | undefined
  onEvent?: ((event: ApiEvent) => void) | undefined
}

type Outcome =
  | { status: number; body: Uint8Array; retryAfter: number }
  | { why: 'connect' | 'reset' | 'timeout' | 'abort'; message: string }

interface Wish {
  method: string
  path: string
}

const kModule = 'ballast-tools.wasm'
const kTimeoutMs = 60_000
const kNothing = new Uint8Array(0)
const kGivenUp: Outcome = { why: 'abort', message: 'given up' }

/** The codes of what went wrong before the request could be sent. */
const kNeverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

const kAdvice: Readonly<Record<string, string>> = {
  BB002: 'Make an API key in Neon, and set NEON_API_KEY to it.',
  BB007: 'Look at the network, and at NEON_API_HOST if it is set.',
  BB010: 'Neon goes on trying. See `ballast branch list` for what came of it.',
  BB012: 'Neon goes on with it. See `ballast branch list` for what came of it.',
  BB014: 'See `ballast branch list` for those that there are.',
  BB020: 'Name it with --database.',
  BB021: 'Make the branch anew without --no-compute, or add a compute in Neon.',
}

let module: Promise<WebAssembly.Module> | undefined

/** Neon's API for one project. */
export class NeonApi {
  readonly #settings: ApiSettings
  readonly #terms: Terms

  constructor(settings: ApiSettings, terms: Terms = {}) {
    this.#settings = settings
    this.#terms = terms
  }

  /** Holds a conversation to its end. Throws a `Failure`. */
  async perform<T>(ask: Ask, terms: Terms = this.#terms): Promise<T> {
    module ??= toolsModule().then(bytes => new WebAssembly.Module(bytes))
    const core = new Instance(await module, kModule)
    const started = performance.now()
    const task = core.start({ branch: { ...ask, project: this.#settings.project } })
    const tell = (event: object, body: Uint8Array = kNothing): ReturnType<Instance['step']> => {
      const random = Math.floor(Math.random() * 1000)
      const now = Math.round(performance.now() - started)
      return core.step(task, JSON.stringify({ ...event, random, now }), body)
    }
    let { head, body } = tell({ start: {} })
    for (;;) {
      if (head['done'] !== undefined) return head['done'] as T
      if (head['error'] !== undefined) throw problem(head['error'] as Record<string, string>)
      if (head['http'] !== undefined) {
        const outcome = await this.#send(head['http'] as Wish, body, terms.signal)
        ;({ head, body } =
          'why' in outcome
            ? tell({ failed: outcome })
            : tell(
                { reply: { status: outcome.status }, retryAfter: outcome.retryAfter },
                outcome.body,
              ))
      } else if (head['sleep'] !== undefined) {
        await pause(Number(head['sleep']), terms.signal)
        ;({ head, body } = isOver(terms.signal) ? tell({ failed: kGivenUp }) : tell({ woke: {} }))
      } else {
        terms.onEvent?.(head['progress'] as ApiEvent)
        ;({ head, body } = tell({ woke: {} }))
      }
    }
  }

  async #send(
    { method, path }: Wish,
    body: Uint8Array<ArrayBuffer>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    if (isOver(signal)) return kGivenUp
    const timeout = AbortSignal.timeout(kTimeoutMs)
    const init: RequestInit = {
      method,
      headers: {
        authorization: `Bearer ${this.#settings.key}`,
        accept: 'application/json',
        ...(body.length > 0 ? { 'content-type': 'application/json' } : {}),
      },
      // A redirect would carry the key to wherever it points.
      redirect: 'manual',
      signal: AbortSignal.any(method === 'GET' && signal ? [signal, timeout] : [timeout]),
      ...(body.length > 0 ? { body } : {}),
    }
    try {
      const response = await fetch(`${this.#settings.host}${path}`, init)
      const bytes = new Uint8Array(await response.arrayBuffer())
      const retryAfter = Math.max(0, Math.ceil(Number(response.headers.get('retry-after')))) || 0
      return { status: response.status, body: bytes, retryAfter }
    } catch (error) {
      if (method === 'GET' && isOver(signal)) return kGivenUp
      if (timeout.aborted) {
        return { why: 'timeout', message: `no answer within ${kTimeoutMs / 1000} s` }
      }
      return lost(error)
    }
  }
}

/** What `fetch` throws says little; its cause says what happened. */
function lost(error: unknown): Outcome {
  const { cause } = error as { cause?: { code?: string; message?: string } }
  const message = cause?.code ?? cause?.message ?? 'the connection was lost'
  // It connects to no port that is known for another protocol, now or later.
  if (message === 'bad port') {
    throw problem({ code: 'BB007', message: 'fetch refuses the port of the API', fate: 'refused' })
  }
  return { why: kNeverSent.includes(message) ? 'connect' : 'reset', message }
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

/** Waits, unless it is told to stop. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (isOver(signal)) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}

function problem({ code = '', message = '', ...fields }: Record<string, string>): Failure {
  const { requestId } = fields
  const finding = {
    code,
    message,
    ...(requestId === undefined ? {} : { detail: `Neon's name for the request: ${requestId}` }),
    advice: kAdvice[code],
  }
  return new Failure([finding], { ...fields, code, message })
}
