/** The other end of `--via`: a Worker's migration endpoint. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { MigrateEvent } from 'ballast/migrate'

import { failure } from './failure.js'
import { ProblemError, type Action, type Answer, type Kind } from './runner.js'
import type { Listener, Runner } from './runner.js'

const kAttempts = 4
const kBackoffMs = 1000

// A Worker is told to stop long before this; what is silent for so long has gone.
const kSilenceMs = 120_000

/** A reply that says nothing about migrations, after which asking again may help. */
class Unreachable extends Error {
  readonly waitMs: number | undefined

  constructor(message: string, waitMs?: number) {
    super(message)
    this.waitMs = waitMs
  }
}

/** Reads an endpoint's address. Its token must not travel where others can read it. */
export function readEndpoint(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw failure(
      "--via takes the address of a Worker's migration endpoint",
      'For example --via https://app.example.com/ballast/migrate.',
    )
  }
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.localhost)$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw failure('--via takes an https:// address: the token would be sent for all to read')
  }
  if (url.username !== '' || url.password !== '') {
    throw failure(
      'the address of the endpoint has a user or a password in it',
      'The endpoint takes a token: put it into BALLAST_MIGRATE_TOKEN.',
    )
  }
  return url
}

/** A runner that has the Worker do it. */
export function remoteRunner(endpoint: URL, token: string, signal: AbortSignal): Runner {
  const name = nameOf(endpoint)
  return {
    where: name,
    isRemote: true,
    perform: async <K extends Kind>(action: Action<K>, onEvent: Listener) => {
      if (action.action !== 'status' && action.environment === undefined) {
        throw failure(
          'the endpoint wants to know which environment is meant',
          'Give --environment NAME, or "environment" in ballast.config.json.',
        )
      }
      for (let attempt = 1; ; attempt++) {
        try {
          return (await ask(endpoint, token, action, onEvent, signal)) as Answer<K>
        } catch (error) {
          if (signal.aborted) throw stopped(action)
          // The journal tells what was done, so asking again never does it twice.
          if (!(error instanceof Unreachable) || attempt >= kAttempts) throw named(error, name)
          const ms = error.waitMs ?? kBackoffMs * 2 ** (attempt - 1)
          onEvent({ event: 'waiting', why: 'retry', code: null, ms, attempt })
          await sleep(ms, undefined, { signal }).catch(() => {
            throw stopped(action)
          })
        }
      }
    },
  }
}

function stopped({ action }: Action): Error {
  const isReading = action === 'status' || action === 'plan'
  const rest = isReading ? '' : '; the Worker may still finish its request'
  return failure(`stopped${rest}`, 'See `ballast status` for what is applied.', 'BH005')
}

function named(error: unknown, name: string): unknown {
  if (!(error instanceof Unreachable)) return error
  return failure(
    `${name} ${error.message}`,
    'Is the Worker deployed, and migrationEndpoint() mounted at this address? What was applied ' +
      'stays; running it again goes on from there.',
  )
}

async function ask(
  endpoint: URL,
  token: string,
  action: Action,
  onEvent: Listener,
  signal: AbortSignal,
): Promise<Answer> {
  const isStatus = action.action === 'status'
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), kSilenceMs)
  try {
    const response = await fetch(isStatus ? statusUrl(endpoint, action) : endpoint, {
      method: isStatus ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: isStatus ? 'application/json' : 'application/x-ndjson',
        ...(isStatus ? {} : { 'content-type': 'application/json' }),
      },
      redirect: 'manual',
      signal: AbortSignal.any([signal, silence.signal]),
      ...(isStatus ? {} : { body: JSON.stringify(action) }),
    })
    const isStream = response.headers.get('content-type')?.includes('ndjson') === true
    if (!response.ok || !isStream) return whole(response, await response.text())
    return await stream(response, onEvent, () => timer.refresh())
  } catch (error) {
    if (!(error instanceof TypeError || isAbort(error)) || signal.aborted) throw error
    if (silence.signal.aborted) throw new Unreachable('went silent')
    const { message, code } = networkError(error)
    const gone = new Unreachable(`does not answer: ${message}`)
    // A name that is unknown, or a port where nobody listens, will be so a second later as well.
    const isLasting = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || message === 'bad port'
    throw isLasting ? named(gone, nameOf(endpoint)) : gone
  } finally {
    clearTimeout(timer)
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function statusUrl(endpoint: URL, { expect }: Action): URL {
  const url = new URL(endpoint)
  if (expect !== undefined) url.searchParams.set('expect', expect)
  return url
}

/** `fetch failed` helps nobody; what Node puts underneath does. */
function networkError(error: unknown): { message: string; code?: string | undefined } {
  const cause = error instanceof Error ? error.cause : undefined
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  if (inner instanceof Error) {
    return { message: inner.message, code: (inner as NodeJS.ErrnoException).code }
  }
  return { message: error instanceof Error ? error.message : String(error) }
}

function nameOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

function whole(response: Response, text: string): Answer {
  const { status } = response
  if (status >= 300 && status < 400) {
    throw failure(
      `the endpoint answers with a redirect (${status}), which is not followed: it would carry ` +
        'the token away',
      'Give the address that it leads to.',
    )
  }
  const json = parse(text)
  const problem = json?.['error']
  if (typeof problem === 'object' && problem !== null) throw new ProblemError(problem, status)
  if (response.ok && json !== undefined) return (json['done'] ?? json) as unknown as Answer
  const asked = Number(response.headers.get('retry-after'))
  const waitMs = asked > 0 ? Math.min(asked, 60) * 1000 : undefined
  const message = `answered ${status}, and not as a migration endpoint does`
  if (status >= 500 || status === 429) throw new Unreachable(message, waitMs)
  throw named(new Unreachable(message), nameOf(new URL(response.url)))
}

/** Reads events, a line each, and gives what the last one says. */
async function stream(
  response: Response,
  onEvent: Listener,
  alive: () => void,
): Promise<Answer> {
  for await (const line of lines(response)) {
    alive()
    const event = parse(line)
    if (event === undefined) throw new Unreachable('sent something that is no event')
    const { event: kind, ...rest } = event
    if (kind === 'error') throw new ProblemError(rest)
    if (kind === 'done') return rest as unknown as Answer
    onEvent(event as unknown as MigrateEvent)
  }
  throw new Unreachable('broke off before it was done')
}

async function* lines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of response.body ?? []) {
    const parts = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part.trim() !== '') yield part
  }
  if (rest.trim() !== '') yield rest
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
