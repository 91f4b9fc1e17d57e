/** Queries that were recorded while a program ran: how a query builder's get in. */
import { readFile } from 'node:fs/promises'

import { Failure, type Place } from '../failure.js'
import { isStatement } from './text.js'

/** A query of a record. */
export interface RecordedQuery {
  text: string
  place: Place
}

/**
 * Reads files with a JSON value a line: a text, an object with a `query` or `text`, or an event
 * of the client's `onEvent` that was asked for texts.
 */
export async function readRecorded(files: readonly string[]): Promise<RecordedQuery[]> {
  const found = new Map<string, RecordedQuery>()
  for (const file of files) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    lines.forEach((line, i) => {
      const place: Place = { file, line: i + 1 }
      if (line.trim() === '') return
      for (const text of textsOf(line, place)) {
        // What is no query, such as the statements of a migration, ran all the same.
        if (isStatement(text) && !found.has(text)) found.set(text, { text, place })
      }
    })
  }
  return [...found.values()]
}

function textsOf(line: string, place: Place): string[] {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw unreadable(place)
  }
  const named = typeof value === 'object' && value !== null ? (value as Named) : { query: value }
  const texts = [named.query ?? named.text ?? named.sql].flat()
  if (!texts.every(text => typeof text === 'string')) throw unreadable(place)
  return texts
}

interface Named {
  query?: unknown
  text?: unknown
  sql?: unknown
}

function unreadable(place: Place): Failure {
  return new Failure([
    {
      code: null,
      message: 'this line is no recorded query',
      place,
      advice: 'A line is a JSON text, or an object with a text as "query" or "text".',
    },
  ])
}
