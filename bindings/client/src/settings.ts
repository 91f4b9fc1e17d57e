import { Connection } from './connection.ts'
import type { RetryPolicy } from './core.ts'
import type { QueryListener } from './events.ts'
import type { AnyOptions, IsolationLevel, RowMode, Untyped, ValueOrFunction } from './options.ts'
import type { DecodeOptions, Field } from './reply.ts'
import { activeOverrides, overridesOf } from './types.ts'
import type { CustomTypesConfig, TypeOverrides } from './types.ts'

/** The options that hold for a query, of all levels together. Never changed once made. */
export interface Settings {
  connection: Connection
  /** What the reply is decoded with. `parsers` are the query's own; see `decodeOf`. */
  decode: DecodeOptions
  fullResults: boolean
  types: CustomTypesConfig | undefined
  authToken: ValueOrFunction<string> | undefined
  fetchOptions: Record<string, Untyped> | undefined
  timeoutMs: number | undefined
  policy: RetryPolicy
  onEvent: QueryListener | undefined
  isolationLevel: IsolationLevel | undefined
  readOnly: boolean | undefined
  deferrable: boolean | undefined
  /** Shown how a result is described. */
  look: ((fields: readonly Field[]) => void) | undefined
  /** Nothing was asked for that needs work before a request can be sent. */
  isPlain: boolean
}

const DEFAULT_POLICY: RetryPolicy = {
  attempts: 3, baseMs: 50, maxMs: 1000, codes: [], idempotent: false,
}

/** The settings before any option. */
export const DEFAULT_SETTINGS: Settings = {
  connection: new Connection({}),
  decode: {
    rowMode: 'object', int8: 'string', parsers: undefined, as: undefined, fullResults: false,
  },
  fullResults: false,
  types: undefined,
  authToken: undefined,
  fetchOptions: undefined,
  timeoutMs: undefined,
  policy: DEFAULT_POLICY,
  onEvent: undefined,
  isolationLevel: undefined,
  readOnly: undefined,
  deferrable: undefined,
  look: undefined,
  isPlain: true,
}

/** `base` with what `options` says. An option that is undefined says nothing. */
export function settle(base: Settings, options: AnyOptions): Settings {
  const settings: Settings = {
    connection: base.connection.with(options),
    decode: decodeWith(base.decode, options),
    fullResults: options.fullResults ?? base.fullResults,
    types: options.types ?? base.types,
    authToken: options.authToken ?? base.authToken,
    fetchOptions: options.fetchOptions === undefined
      ? base.fetchOptions
      : mergeFetchOptions(base.fetchOptions, options.fetchOptions),
    timeoutMs: options.timeoutMs ?? base.timeoutMs,
    policy: policyWith(base.policy, options),
    onEvent: options.onEvent ?? base.onEvent,
    isolationLevel: options.isolationLevel ?? base.isolationLevel,
    readOnly: options.readOnly ?? base.readOnly,
    deferrable: options.deferrable ?? base.deferrable,
    look: undefined,
    isPlain: false,
  }
  const { timeoutMs } = settings
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new TypeError('timeoutMs must be a number of milliseconds, not ' + String(timeoutMs))
  }
  settings.isPlain = settings.authToken === undefined && settings.fetchOptions === undefined &&
    timeoutMs === undefined && settings.onEvent === undefined
  return settings
}

/** The decoding of a query, with the parsers that are set for all queries at this moment. */
export function decodeOf({ decode }: Settings): DecodeOptions {
  const parsers = activeOverrides(decode.parsers as TypeOverrides | undefined)
  return parsers === decode.parsers ? decode : { ...decode, parsers }
}

function decodeWith(base: DecodeOptions, options: AnyOptions): DecodeOptions {
  const decode = {
    rowMode: rowModeOf(options) ?? base.rowMode,
    int8: options.int8 ?? base.int8,
    parsers: options.types === undefined ? base.parsers : overridesOf(options.types),
    as: options.as ?? base.as,
    fullResults: options.fullResults ?? base.fullResults,
  }
  return decode
}

/** `arrayMode` is how the official driver says what `rowMode` says. */
function rowModeOf({ rowMode, arrayMode }: AnyOptions): RowMode | undefined {
  if (rowMode !== undefined) return rowMode
  return arrayMode === undefined ? undefined : arrayMode ? 'array' : 'object'
}

function policyWith(base: RetryPolicy, { retry, idempotent }: AnyOptions): RetryPolicy {
  if (retry === undefined && idempotent === undefined) return base
  const policy = { ...base, idempotent: idempotent ?? base.idempotent }
  if (retry === undefined) return policy
  if (retry === false) return { ...policy, attempts: 1 }
  return {
    ...policy,
    attempts: retry.attempts ?? (base.attempts === 1 ? DEFAULT_POLICY.attempts : base.attempts),
    baseMs: retry.baseMs ?? base.baseMs,
    maxMs: retry.maxMs ?? base.maxMs,
    codes: retry.codes ?? base.codes,
  }
}

function mergeFetchOptions(
  base: Record<string, Untyped> | undefined, added: Record<string, Untyped>,
): Record<string, Untyped> {
  if (base?.['headers'] === undefined || added['headers'] === undefined) {
    return { ...base, ...added }
  }
  const headers = mergeHeaders(mergeHeaders({}, base['headers']), added['headers'])
  return { ...base, ...added, headers }
}

/** `ours` with `theirs` in place of those of the same name, however that is spelt. */
export function mergeHeaders(
  ours: Readonly<Record<string, string>>, theirs: HeadersInit,
): Record<string, string> {
  const merged = { ...ours }
  new Headers(theirs).forEach((value, name) => {
    for (const key of Object.keys(merged)) {
      if (key.toLowerCase() === name) delete merged[key]
    }
    merged[name] = value
  })
  return merged
}
