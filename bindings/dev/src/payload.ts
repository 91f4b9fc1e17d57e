/** From the bytes of a request body to statements with text parameters. */
import { EndpointError } from './errors.js'
import { JsonError, JsonNumber, JsonObject, parseJson, type Json } from './json.js'
import { printJsonNumber } from './numbers.js'

/** One statement of a request. */
export interface Statement {
  query: string
  params: (string | null)[]
  /** Undefined where the body does not say: the header decides then. */
  arrayMode: boolean | undefined
}

/** What a request asks for. */
export interface Payload {
  batch: boolean
  statements: Statement[]
}

/** JSON text as Neon's proxy writes it: no spaces, the keys of objects sorted by their bytes. */
function jsonText(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof JsonNumber) return printJsonNumber(value.text)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  const keys = [...value.entries.keys()].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  )
  const pairs = keys.map(key => {
    return `${JSON.stringify(key)}:${jsonText(value.entries.get(key) ?? null)}`
  })
  return `{${pairs.join(',')}}`
}

/**
 * An element of an array parameter. Strings get *JSON* escapes, so a newline arrives in PostgreSQL
 * as the letter n. That loses data, and is kept: a local endpoint that hid it would let a program
 * pass here and fail on Neon. Clients avoid it by sending arrays as text of their own.
 */
function arrayElement(value: Json): string {
  if (value === null) return 'NULL'
  if (Array.isArray(value)) return `{${value.map(arrayElement).join(',')}}`
  if (value instanceof JsonObject) return JSON.stringify(jsonText(value))
  return jsonText(value)
}

/** A parameter as PostgreSQL text, or null. */
export function parameterText(value: Json): string | null {
  if (value === null || typeof value === 'string') return value
  return Array.isArray(value) ? arrayElement(value) : jsonText(value)
}

/** A statement, or null when the value does not have the shape of one. */
function readStatement(value: Json): Statement | null {
  if (!(value instanceof JsonObject)) return null
  const repeated = ['query', 'params', 'arrayMode'].some(key => value.duplicates.has(key))
  const query = value.entries.get('query')
  const params = value.entries.get('params') ?? (value.entries.has('params') ? null : [])
  const arrayMode = value.entries.get('arrayMode') ?? null
  if (repeated || typeof query !== 'string' || !Array.isArray(params)) return null
  if (arrayMode !== null && typeof arrayMode !== 'boolean') return null
  return { query, params: params.map(parameterText), arrayMode: arrayMode ?? undefined }
}

function readPayload(value: Json): Payload | null {
  const single = readStatement(value)
  if (single !== null) return { batch: false, statements: [single] }
  if (!(value instanceof JsonObject) || value.duplicates.has('queries')) return null
  const queries = value.entries.get('queries')
  if (!Array.isArray(queries)) return null
  const statements: Statement[] = []
  for (const query of queries) {
    const statement = readStatement(query)
    if (statement === null) return null
    statements.push(statement)
  }
  return { batch: true, statements }
}

/** Reads a request body, or throws the 400 that Neon answers. */
export function parsePayload(body: Uint8Array): Payload {
  const prefix = 'could not parse the HTTP request body'
  let json: Json
  try {
    json = parseJson(body)
  } catch (error) {
    if (error instanceof JsonError) throw new EndpointError(400, `${prefix}: ${error.message}`)
    throw error
  }
  const payload = readPayload(json)
  if (payload === null) {
    const why = 'data did not match any variant of untagged enum Payload'
    throw new EndpointError(400, `${prefix}: ${why}`)
  }
  return payload
}
