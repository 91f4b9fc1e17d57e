/** The text of a model as objects, and back: a line is an object, in the order of their ids. */
import type { Model } from './planner.js'

/** A line of a model. */
export interface ModelLine {
  kind: string
  schema?: string
  table?: string
  name?: string
  uses?: string[]
  [fact: string]: unknown
}

// Words that need quotes although they look like names: all but PostgreSQL's unreserved keywords.
const kWords = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization between bigint binary bit ' +
    'boolean both case cast char character check coalesce collate collation column concurrently ' +
    'constraint create cross current_catalog current_date current_role current_schema ' +
    'current_time current_timestamp current_user dec decimal default deferrable desc distinct do ' +
    'else end except exists extract false fetch float for foreign freeze from full grant ' +
    'greatest group grouping having ilike in initially inner inout int integer intersect ' +
    'interval into is isnull join json json_array json_arrayagg json_exists json_object ' +
    'json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading ' +
    'least left like limit localtime localtimestamp merge_action national natural nchar none ' +
    'normalize not notnull null nullif numeric offset on only or order out outer overlaps ' +
    'overlay placing position precision primary real references returning right row select ' +
    'session_user setof similar smallint some substring symmetric system_user table tablesample ' +
    'then time timestamp to trailing treat trim true union unique user using values varchar ' +
    'variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists ' +
    'xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable'
  ).split(' '),
)

/** A name as the ids of a model write it. */
export function quoteName(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) && !kWords.has(name)
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`
}

const kWithin = new Set(['column', 'default', 'constraint', 'trigger', 'rule', 'policy'])
const kRoutines = new Set(['function', 'procedure', 'aggregate'])

/** What other objects call this one by. */
export function idOf(line: ModelLine): string {
  const { kind, schema = '', table = '', name = '' } = line
  if (kind === 'default_privileges') {
    const part = (text: unknown): string =>
      typeof text === 'string' && text !== '' ? quoteName(text) : '-'
    return `${kind} ${part(line['role'])} ${part(schema)} ${String(line['on'] ?? '')}`
  }
  if (kWithin.has(kind)) {
    return `${kind} ${quoteName(schema)}.${quoteName(table)}.${quoteName(name)}`
  }
  const isPlaced = schema !== '' && kind !== 'extension'
  const full = (isPlaced ? `${quoteName(schema)}.` : '') + quoteName(name)
  if (!kRoutines.has(kind)) return `${kind} ${full}`
  return `${kind} ${full}(${((line['arguments'] ?? []) as string[]).join(', ')})`
}

interface Whole {
  format: number
  postgres: number
  objects: ModelLine[]
  unmodelled: unknown[]
}

/** The objects of a model by their ids. */
export function linesOf({ text }: Model): Map<string, ModelLine> {
  const { objects } = JSON.parse(text) as Whole
  return new Map(objects.map(line => [idOf(line), line]))
}

/** The same model with other objects. */
export function withLines(model: Model, lines: ReadonlyMap<string, ModelLine>): Model {
  const { format, postgres, unmodelled } = JSON.parse(model.text) as Whole
  const sorted = [...lines].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const objects = sorted.map(([, line]) => JSON.stringify(line)).join(',\n')
  const rest = unmodelled.map(each => JSON.stringify(each)).join(',\n')
  const head = `{"format":${format},"postgres":${postgres},"objects":[`
  return { ...model, text: `${head}\n${objects}\n],"unmodelled":[${rest}]}\n` }
}

/** Items by a key of theirs, in their order. */
export function groupsOf<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** The model with the columns of each table counted anew: one that was dropped leaves a gap. */
export function renumbered(model: Model): Model {
  const lines = linesOf(model)
  const columns = [...lines.values()].filter(({ kind }) => kind === 'column')
  const tables = groupsOf(columns, ({ schema, table }) => JSON.stringify([schema, table]))
  const number = (line: ModelLine): number => Number(line['number'])
  for (const found of tables.values()) {
    found.sort((a, b) => number(a) - number(b)).forEach((line, i) => (line['number'] = i + 1))
  }
  return withLines(model, lines)
}

/** The model with those roles alone that something in it speaks of: a server has many others. */
export function withNamedRoles(model: Model): Model {
  const lines = linesOf(model)
  const named = new Set([...lines.values()].flatMap(({ uses = [] }) => uses))
  for (const [id, { kind }] of lines) if (kind === 'role' && !named.has(id)) lines.delete(id)
  return withLines(model, lines)
}
