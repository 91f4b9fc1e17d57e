import type { Fate } from './errors.ts'
import type { CheckReport, Verdict } from './guard.ts'

/** What is told of a request when it has ended, well or badly. */
export interface QueryEvent {
  /** Names the statement text: the same in every process and version. */
  hash: string
  /** How many statements the request carried: more than one only in a transaction. */
  statements: number
  /** From the call to its answer, retries included. */
  durationMs: number
  /** Rows in the answer. */
  rows: number
  /** Bytes of the answer's body by its `content-length`; 0 where it has none. */
  bytes: number
  /** How many times the request was sent. */
  attempts: number
  fate: Fate
  /** What the schema check said, of a transaction the worst; null where no check was made. */
  verdict: Verdict | null
  /** What the check has to tell, where there is anything. */
  reports?: readonly CheckReport[]
  requestId: string | null
  /** The error's code; null where all went well. */
  code: string | null
  /** The statements, where `text` was asked for. */
  text?: readonly string[]
  /** Each statement's parameters as they were sent, where `params` was asked for. */
  params?: readonly (readonly (string | null)[])[]
}

/** A function that is told of each request; text and parameters stay out unless asked for. */
export type QueryListener =
  | ((event: QueryEvent) => void)
  | { listener: (event: QueryEvent) => void, text?: boolean, params?: boolean }

/** A statement as it is sent. */
export interface Statement {
  query: string
  params: (string | null)[]
}

/** Tells the listener. What it throws is dropped: watching a query must not make it fail. */
export function emit(
  to: QueryListener,
  statements: readonly Statement[],
  ended: Omit<QueryEvent, 'hash' | 'statements' | 'verdict' | 'reports' | 'text' | 'params'>,
): void {
  const asked = typeof to === 'function' ? { listener: to } : to
  const texts = statements.map(statement => statement.query)
  try {
    asked.listener({
      hash: hashOf(texts),
      statements: texts.length,
      ...ended,
      verdict: null,
      ...(asked.text === true && { text: texts }),
      ...(asked.params === true && { params: statements.map(statement => statement.params) }),
    })
  } catch {
    // Nobody waits for the listener, so there is nobody to tell.
  }
}

/**
 * Names texts, in events and in lists of verified queries: FNV-1a of 64 bits over UTF-16 code
 * units, in two halves because numbers end at 53 bits.
 */
export function hashOf(texts: readonly string[]): string {
  let high = 0xcbf29ce4
  let low = 0x84222325
  for (let t = 0; t < texts.length; t++) {
    const text = texts[t] ?? ''
    // The unit after the last one is NaN, which the xor takes for 0: it ends each text.
    for (let i = 0; i <= text.length; i++) {
      low ^= text.charCodeAt(i)
      // The prime is 2^40 + 0x1b3.
      const product = (low >>> 0) * 0x1b3
      high = (Math.imul(high, 0x1b3) + (low << 8) + Math.floor(product / 0x100000000)) | 0
      low = product | 0
    }
  }
  return hex(high) + hex(low)
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0')
}
