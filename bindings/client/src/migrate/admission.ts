/** Who may ask an endpoint for what: everything that is settled before the database is asked. */
import type { EndpointSettings } from './settings.ts'
import type { Bundle } from './types.ts'

/** The largest body that is read, in bytes. */
const BODY_MAX = 64 * 1024

const ACTIONS = ['status', 'plan', 'apply', 'undo'] as const
type EndpointAction = typeof ACTIONS[number]

/** What the caller asks for. */
export interface Command {
  action: EndpointAction
  environment?: string
  bundle?: string
  expect?: string
  to?: string
  undo?: boolean
  allowDataLoss?: boolean
  allowMissing?: boolean
  order?: Bundle['order']
}

/** An answer that is known without the database. Nothing that the caller sent is in it. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** What came as a body: JSON, or why it is none. */
type Given = { value: unknown } | { refusal: Refusal }

type Tokens = 'status' | 'apply' | 'undo'

/** Which tokens may do what. Who may change the schema may look at it too. */
const HOLDERS: Readonly<Record<EndpointAction, readonly Tokens[]>> = {
  status: ['status', 'apply', 'undo'],
  plan: ['status', 'apply', 'undo'],
  apply: ['apply'],
  undo: ['undo'],
}

/** The command of a request whose sender may give it. Throws a `Refusal`. */
export async function admit<Env>(
  request: Request, env: Env, bundle: Bundle, settings: EndpointSettings<Env>,
): Promise<Command> {
  if (request.method !== 'GET' && request.method !== 'POST') {
    const allow = { allow: 'GET, POST' }
    throw new Refusal(405, 'BM304', 'Only GET and POST are served here.', allow)
  }
  // Read before the token is looked at, since the limit of wrong tokens is kept for each action.
  const given = await read(request)
  const wanted = actionOf(given)
  if (wanted === 'undo' && !isSet(settings.tokens.undo?.(env))) {
    throw new Refusal(404, 'BM302', 'Undo is not enabled here: no token is set for it.')
  }
  const held = await holdings(request, env, settings.tokens)
  if (held.length === 0) throw await wrongToken(request, env, wanted, settings)
  const command = commandOf(given)
  if (!HOLDERS[command.action].some(name => held.includes(name))) {
    throw new Refusal(403, 'BM301', 'This token is for another action.')
  }
  if (request.method === 'POST') checkEnvironment(command, settings.environment(env))
  if (command.bundle !== undefined && command.bundle !== bundle.hash) {
    throw new Refusal(409, 'BM002', 'This deployment carries another bundle than the caller ' +
      `expects: its hash is ${bundle.hash}. Deploy the one that is meant, then ask again.`)
  }
  return command
}

function checkEnvironment({ environment }: Command, own: string | undefined): void {
  if (!isSet(own)) {
    throw new Refusal(409, 'BM303', 'This deployment does not say which environment it is.')
  }
  if (environment === undefined) {
    throw new Refusal(409, 'BM303', 'The environment is not named: send {"environment": "..."}.')
  }
  if (environment !== own) {
    throw new Refusal(409, 'BM303', 'This deployment is of another environment.')
  }
}

function isSet(text: string | undefined): text is string {
  return typeof text === 'string' && text !== ''
}

/** The names of the tokens that the request's token is equal to. */
async function holdings<Env>(
  request: Request, env: Env, tokens: EndpointSettings<Env>['tokens'],
): Promise<Tokens[]> {
  const [, given] = /^Bearer +([!-~]+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (given === undefined) return []
  const digest = await digestOf(given)
  const held: Tokens[] = []
  for (const name of ['status', 'apply', 'undo'] as const) {
    const token = tokens[name]?.(env)
    if (isSet(token) && isEqual(digest, await digestOf(token))) held.push(name)
  }
  return held
}

/** Of one length whatever the token's, so that a comparison gives away neither. */
async function digestOf(token: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
}

/** Takes the same time wherever they differ. */
function isEqual(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): boolean {
  const { subtle } = crypto as unknown as {
    subtle: { timingSafeEqual?: (a: Uint8Array, b: Uint8Array) => boolean }
  }
  if (typeof subtle.timingSafeEqual === 'function') return subtle.timingSafeEqual(a, b)
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0)
  return difference === 0
}

async function wrongToken<Env>(
  request: Request, env: Env, action: EndpointAction | undefined, settings: EndpointSettings<Env>,
): Promise<Refusal> {
  const key = `${action ?? 'none'}:${request.headers.get('cf-connecting-ip') ?? 'unknown'}`
  // A limit that cannot be asked changes nothing about the token.
  const asked = await settings.rateLimit?.(env)?.limit({ key }).catch(() => undefined)
  if (asked?.success === false) {
    const wait = { 'retry-after': '60' }
    return new Refusal(429, 'BM305', 'Too many wrong tokens from this address.', wait)
  }
  const headers = { 'www-authenticate': 'Bearer' }
  return new Refusal(401, 'BM301', 'The token is missing or wrong.', headers)
}

/** What a request asks for, not yet checked. */
async function read(request: Request): Promise<Given> {
  if (request.method === 'GET') {
    const expect = new URL(request.url).searchParams.get('expect')
    return { value: { action: 'status', ...(expect !== null && { expect }) } }
  }
  const text = await textOf(request)
  if (text === undefined) {
    return { refusal: new Refusal(413, 'BM304', `A body may have ${BODY_MAX} bytes.`) }
  }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { refusal: new Refusal(400, 'BM304', 'The body is not JSON.') }
  }
}

/** The body's text, or undefined once it is too large: no more than that is ever read. */
async function textOf(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX) return undefined
  const reader = request.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.length
    if (size > BODY_MAX) {
      await reader.cancel().catch(() => {})
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}

function actionOf(given: Given): EndpointAction | undefined {
  const { action } = ('value' in given ? given.value ?? {} : {}) as { action?: unknown }
  return ACTIONS.find(name => name === action)
}

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= 1000
const isFlag = (value: unknown): boolean => typeof value === 'boolean'

/** The members of a body, each with what it has to be. */
const MEMBERS: Readonly<Record<keyof Command, readonly [(value: unknown) => boolean, string]>> = {
  action: [value => ACTIONS.some(name => name === value), '"status", "plan", "apply" or "undo"'],
  environment: [isText, 'a text'],
  bundle: [isText, 'a text'],
  expect: [isText, 'a text'],
  to: [isText, 'a text'],
  undo: [isFlag, 'true or false'],
  allowDataLoss: [isFlag, 'true or false'],
  allowMissing: [isFlag, 'true or false'],
  order: [value => value === 'linear' || value === 'non-linear', '"linear" or "non-linear"'],
}

/** Checks what came. A member that is not known is refused: it might be a condition. */
function commandOf(given: Given): Command {
  if ('refusal' in given) throw given.refusal
  const { value } = given
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'BM304', 'The body has to be a JSON object.')
  }
  if (Object.keys(value).some(name => !Object.hasOwn(MEMBERS, name))) {
    const names = Object.keys(MEMBERS).join(', ')
    throw new Refusal(400, 'BM304', `The body has a member that is not known. Known: ${names}.`)
  }
  for (const [name, [isRight, what]] of Object.entries(MEMBERS)) {
    const member = (value as Record<string, unknown>)[name]
    if (member === undefined && name !== 'action') continue
    if (!isRight(member)) throw new Refusal(400, 'BM304', `"${name}" has to be ${what}.`)
  }
  return value as Command
}
