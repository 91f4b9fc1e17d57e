/** What is to be said of queries, with the place of each in the file that it stands in. */
import type { Finding, Place } from '../failure.js'
import type { Checked } from '../folder-findings.js'
import { offsetOf } from '../schema/elaborate.js'
import { placeAt } from '../source.js'
import type { FoundQuery, UnreadFile, UnreadQuery } from './find.js'
import type { Complaint, Verdict } from './judge.js'
import type { RecordedQuery } from './recorded.js'
import type { QueryText } from './text.js'

/** A query that was not checked, and why. */
export interface Unchecked {
  place: Place
  why: string
}

/** The place of a query. */
export function placeOfQuery({ source, offset }: FoundQuery | UnreadQuery): Place {
  return placeAt(source.file, source.text, offset)
}

/**
 * What is wrong with one of a query's texts; or why it cannot be told, where what is wrong may be
 * a part that only the running program knows.
 */
export function complaintOf(
  query: FoundQuery,
  text: QueryText,
  error: Complaint,
): { finding: Checked } | { unread: UnreadQuery } {
  const { position, suggestion, ...rest } = error
  const offset = position === undefined ? undefined : offsetOf(text.text, position)
  const value = offset === undefined ? undefined : text.valueAt(offset)
  if (error.code === '42601' && value?.isUncertain === true) {
    const why = `${value.code} may be a part of the query, and is known only when the program runs`
    return { unread: { source: query.source, offset: query.offset, why } }
  }
  const at = offset === undefined ? undefined : text.placeOf(offset)
  const place =
    at === undefined ? placeOfQuery(query) : placeAt(at.source.file, at.source.text, at.offset)
  return { finding: { ...rest, severity: 'error', place, advice: suggestion } }
}

/** The same of a recorded query, which no file shows as it is. */
export function complaintOfRecorded(
  { text, place }: RecordedQuery,
  { position, suggestion, ...rest }: Complaint,
): Checked {
  const notes = position === undefined ? [] : excerptOf(text, offsetOf(text, position))
  return { ...rest, severity: 'error', place, notes, advice: suggestion, hideLine: true }
}

/** The line of a text and a caret below an offset. */
function excerptOf(text: string, offset: number): string[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const line = text.slice(start).split('\n')[0] ?? ''
  return [`| ${line}`, `| ${' '.repeat([...text.slice(start, offset)].length)}^`]
}

/** A bug of ours, with what to paste into its report. */
export function disagreementOf(
  place: Place,
  { report }: Extract<Verdict, { kind: 'disagreement' }>,
): Checked {
  return {
    severity: 'error',
    code: null,
    message: 'ballast and PostgreSQL say different things of this query, which is a bug of ballast',
    place,
    notes: report.split('\n'),
    advice: 'Please report it with these lines, and with the tables that it is about.',
  }
}

/** What was not checked, as warnings. */
export function warningOf({ place, why }: Unchecked): Checked {
  return { severity: 'warning', code: null, message: `this query is not checked: ${why}`, place }
}

/** A file that cannot be read: whatever queries are in it, a list of all would lack them. */
export function unreadFile({ file, why }: UnreadFile): Checked {
  const message = `its queries are not checked, since it cannot be read: ${why}`
  const advice = 'Mend it, or have a pattern of "queries" that begins with ! leave it out.'
  return { severity: 'error', code: null, message, place: { file }, advice }
}

/** Each finding once: a query that can come out in several ways has the same mistake in all. */
export function distinctFindings<T extends Finding>(findings: readonly T[]): T[] {
  const keyOf = ({ place, code, message }: T): string => JSON.stringify([place, code, message])
  return [...new Map(findings.map(each => [keyOf(each), each])).values()]
}
