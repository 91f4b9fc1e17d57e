/** The half of `ballast check` that is about the queries of a program. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { CheckFlags, Half, HalfResult } from '../check-command.js'
import type { Context } from '../command.js'
import type { Checked } from '../folder-findings.js'
import { folderModel } from '../schema/folder-model.js'
import { shortPath } from '../source.js'
import { writeFileWhole } from '../write.js'
import { count } from '../wording.js'
import { readEndState, type EndState } from './end-state.js'
import { codeFiles } from './files.js'
import { findQueries, type Found, type FoundQuery, type UnreadQuery } from './find.js'
import {
  complaintOf,
  complaintOfRecorded,
  disagreementOf,
  distinctFindings,
  unreadFile,
  placeOfQuery,
  warningOf,
  type Unchecked,
} from './findings.js'
import { QueryJudge, type Verdict } from './judge.js'
import { queryTypes, verifiedModule, verifiedTypes, type VerifiedQuery } from './modules.js'
import { readRecorded, type RecordedQuery } from './recorded.js'
import { Resolver } from './resolve.js'
import { notCurrent, schemaTexts } from './schema-file.js'
import { readTypeScriptConfig } from './tsconfig.js'
import { ownTypes, TypeWriter } from './types.js'
import { withTypes, type TagType } from './write-tags.js'

/** Everything about queries: those of the code, and those that were recorded. */
export const checkQueries: Half = async (context, flags) => {
  const { config } = context
  const typescript = readTypeScriptConfig(config.root)
  const files = await codeFiles(config.root, config.queries, typescript)
  const found = findQueries(files, new Resolver())
  const recorded = await readRecorded(config.recorded)
  const isNone = found.queries.length + found.unread.length + recorded.length === 0
  if (isNone && !isKept(context)) {
    return { findings: found.unreadFiles.map(unreadFile), facts: {} }
  }
  const texts = found.queries.flatMap(query => query.texts.map(({ text }) => text))
  const state = await readEndState(context, [
    ...new Set([...texts, ...recorded.map(({ text }) => text)]),
  ])
  const run = new Run(context, state, new TypeWriter(await ownTypesOf(context)))
  for (const query of found.queries) run.take(query)
  for (const query of recorded) run.takeRecorded(query)
  return run.finish(found, recorded, flags)
}

async function ownTypesOf(context: Context): Promise<ReturnType<typeof ownTypes>> {
  return ownTypes(await folderModel(context, { keep: false }), context.config.searchPath)
}

/** Whether the list is there already, and has to be kept up to date. */
function isKept({ config }: Context): boolean {
  return existsSync(join(dirname(config.bundle), 'verified.js'))
}

/** One look at all queries. */
class Run {
  readonly #context: Context
  readonly #state: EndState
  readonly #judge: QueryJudge
  readonly #types: TypeWriter
  readonly #verdicts = new Map<string, Verdict>()
  readonly #findings: Checked[] = []
  readonly #unread: UnreadQuery[] = []
  readonly #unchecked: Unchecked[] = []
  readonly #verified = new Map<string, VerifiedQuery>()
  readonly #tags: TagType[] = []

  constructor(context: Context, state: EndState, types: TypeWriter) {
    this.#context = context
    this.#state = state
    this.#judge = new QueryJudge(state)
    this.#types = types
  }

  /** A query of the code, in all the ways in which it can come out. */
  take(query: FoundQuery): void {
    const rows = new Set<string | null>()
    for (const text of query.texts) {
      const verdict = this.#verdictOf(text.text)
      if (verdict.kind === 'ok') rows.add(this.#accept(text.text, verdict, query))
      else if (verdict.kind === 'error') {
        const complaint = complaintOf(query, text, verdict.error)
        if ('finding' in complaint) this.#findings.push(complaint.finding)
        else this.#unread.push(complaint.unread)
      } else if (verdict.kind === 'notChecked') {
        this.#unchecked.push({ place: placeOfQuery(query), why: verdict.why })
      } else this.#findings.push(disagreementOf(placeOfQuery(query), verdict))
      if (verdict.kind !== 'ok') rows.add(null)
    }
    const { source, tag } = query
    if (tag !== null && rows.size > 0 && !rows.has(null)) {
      this.#tags.push({ source, tag, row: [...rows].join(' | ') })
    }
  }

  takeRecorded(query: RecordedQuery): void {
    const verdict = this.#verdictOf(query.text)
    if (verdict.kind === 'ok') this.#accept(query.text, verdict, null)
    else if (verdict.kind === 'error') {
      this.#findings.push(complaintOfRecorded(query, verdict.error))
    } else if (verdict.kind === 'notChecked') {
      // What migrates runs where queries are recorded, too.
      if (verdict.isJournal === true) return
      this.#unchecked.push({ place: query.place, why: verdict.why })
    } else this.#findings.push(disagreementOf(query.place, verdict))
  }

  #verdictOf(text: string): Verdict {
    const verdict = this.#verdicts.get(text) ?? this.#judge.judge(text)
    this.#verdicts.set(text, verdict)
    return verdict
  }

  #accept(
    text: string,
    { facts }: Extract<Verdict, { kind: 'ok' }>,
    query: FoundQuery | null,
  ): string | null {
    const row = this.#types.row(facts, query?.facts ?? null)
    if (!this.#verified.has(text)) {
      const asObjects = query?.facts ? { ...query.facts, rows: 'object' as const } : null
      const object = this.#types.row(facts, asObjects)
      const params = this.#types.parameters(facts)
      this.#verified.set(text, { text, facts, row: object, params })
    }
    return row
  }

  async finish(
    found: Found,
    recorded: readonly RecordedQuery[],
    flags: CheckFlags,
  ): Promise<HalfResult> {
    const unread = [...found.unread, ...this.#unread].map((each): Unchecked => {
      return { place: placeOfQuery(each), why: each.why }
    })
    const findings = distinctFindings([
      ...this.#findings,
      ...[...unread, ...this.#unchecked].map(warningOf),
      ...found.unreadFiles.map(unreadFile),
    ])
    const isRight = findings.every(({ severity }) => severity === 'warning')
    // A list that lacks what is wrong today would still be a list that somebody deploys.
    const late = isRight ? await this.#write(flags) : []
    const facts = {
      ...factsOf(found, recorded, unread, this.#unchecked),
      right: this.#verified.size,
      disagreements: [...this.#verdicts.values()].filter(isDisagreement).length,
    }
    return { findings: [...findings, ...late], facts: { queries: facts } }
  }

  /** Writes what has changed, or says so where nothing may be written. */
  async #write(flags: CheckFlags): Promise<Checked[]> {
    const { config, screen } = this.#context
    const folder = dirname(config.bundle)
    const queries = [...this.#verified.values()]
    const { schema } = this.#state
    const wanted = new Map([
      ...schemaTexts(config, schema),
      [join(folder, 'verified.js'), verifiedModule(schema, queries)],
      [join(folder, 'verified.d.ts'), verifiedTypes()],
      [join(folder, 'queries.d.ts'), queryTypes(queries)],
      ...(flags.write === true ? withTypes(this.#tags) : []),
    ])
    const changed = await notCurrent(wanted)
    if (flags.frozen === true) return changed.map(stale)
    for (const file of changed) await writeFileWhole(file, wanted.get(file) ?? '')
    if (changed.length > 0) screen.note(`Wrote ${changed.map(shortPath).join(', ')}.`)
    return []
  }
}

function isDisagreement({ kind }: Verdict): boolean {
  return kind === 'disagreement'
}

function stale(file: string): Checked {
  return {
    severity: 'error',
    code: null,
    message: 'it is not that of these queries and migrations',
    place: { file },
    advice: 'Run `ballast check`, and commit what it writes.',
  }
}

function factsOf(
  found: Found,
  recorded: readonly RecordedQuery[],
  unread: readonly Unchecked[],
  unchecked: readonly Unchecked[],
): object {
  const listed = (list: readonly Unchecked[]): object[] =>
    list.map(({ place, why }) => ({ ...place, file: shortPath(place.file), why }))
  return {
    files: found.files,
    found: found.queries.length + found.unread.length,
    recorded: recorded.length,
    unread: listed(unread),
    notChecked: listed(unchecked),
  }
}

interface Summary {
  right?: number
  unread: unknown[]
  notChecked: unknown[]
}

/** What is said of queries at the end. */
export function summaryOf(facts: Readonly<Record<string, unknown>>): string | null {
  const { queries } = facts as { queries?: Summary }
  if (queries?.right === undefined) return null
  const left = queries.unread.length + queries.notChecked.length
  const rest = left === 0 ? '' : `, ${left} not checked`
  return `${count(queries.right, 'query').replace('querys', 'queries')} checked${rest}.`
}
