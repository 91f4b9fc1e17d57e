/**
 * A Drizzle schema cannot say everything: functions, triggers, comments, privileges, the tables of
 * others. What it cannot say it does not forbid either. So before two schemas are compared, what
 * one of them has and the other could not have said is put into both.
 */
import type { Outside } from '../drizzle/outside.js'
import { nameFilter } from '../drizzle/glob.js'
import { linesOf, withLines, type ModelLine } from './objects.js'
import type { Model } from './planner.js'

/** What a schema leaves to others. */
export interface Limits {
  /** What it speaks of and something else makes. */
  outside: readonly Outside[]
  /** The ids of what it uses and the project's migrations make. */
  borrowed: readonly string[]
  tablesFilter: readonly string[]
  schemaFilter: readonly string[]
  /** Whether it says which roles there are. */
  hasRoles: boolean
}

// Kinds of objects that no Drizzle schema can say.
const kUnsaid = new Set([
  'extension',
  'domain',
  'composite',
  'range',
  'function',
  'procedure',
  'aggregate',
  'trigger',
  'rule',
  'statistics',
  'publication',
  'default_privileges',
])

// Facts of tables, columns and others that no Drizzle schema can say.
const kUnsaidFacts = [
  'comment',
  'grants',
  'revokes',
  'unlogged',
  'partition_key',
  'replica_identity',
  'force_row_security',
  'access_method',
  'toast_options',
  'storage',
  'compression',
  'statistics',
  'collation',
]

/**
 * Both schemas as they can be compared. What migrations have made is the project's; of a database
 * (`isLive`) only those schemas are that the wanted one or its filter names.
 */
export function aligned(
  from: Model,
  to: Model & { limits: Limits | null },
  { isLive = false } = {},
): { from: Model; to: Model } {
  const { limits } = to
  if (limits === null) return { from, to }
  const has = linesOf(from)
  const wants = linesOf(to)
  takeOutside(has, wants, limits)
  takeFacts(has, wants)
  const { schemaFilter } = limits
  const ofOthers = isLive && schemaFilter.length === 0 ? unnamedIn(wants) : () => false
  const isSchema = nameFilter(schemaFilter)
  takeUnsaid(has, wants, limits, name => isSchema(name) && !ofOthers(name))
  return { from: withLines(from, has), to: withLines(to, wants) }
}

type Lines = Map<string, ModelLine>

/** What a schema only assumes, as a model of that alone; null where it assumes nothing. */
export function standIns(model: Model & { limits: Limits | null }): Model | null {
  const tests = (model.limits?.outside ?? []).map(memberOf)
  const assumed = [...linesOf(model)].filter(([, line]) => tests.some(isOf => isOf(line)))
  return assumed.length === 0 ? null : withLines(model, new Map(assumed))
}

/** What others make is on both sides as they made it; where they have not, as it is assumed. */
function takeOutside(has: Lines, wants: Lines, { outside, borrowed }: Limits): void {
  for (const id of borrowed) {
    const line = has.get(id)
    if (line !== undefined) wants.set(id, line)
  }
  for (const found of outside) {
    const isOf = memberOf(found)
    const real = [...has].filter(([, line]) => isOf(line))
    const assumed = [...wants].filter(([, line]) => isOf(line))
    if (real.length > 0) {
      for (const [id] of assumed) wants.delete(id)
      for (const [id, line] of real) wants.set(id, line)
    } else for (const [id, line] of assumed) has.set(id, line)
  }
}

/** The object itself, and what is a part of it. */
function memberOf({ kind, schema = 'public', name }: Outside): (line: ModelLine) => boolean {
  const kinds: Readonly<Record<Outside['kind'], readonly string[]>> = {
    schema: ['schema'],
    role: ['role'],
    type: ['enum', 'domain', 'composite', 'range'],
    table: ['table'],
    view: ['view', 'materialized_view'],
    function: ['function'],
  }
  if (kind === 'schema' || kind === 'role') {
    return line => line.kind === kind && line.name === name
  }
  return line =>
    line.schema === schema &&
    ((kinds[kind].includes(line.kind) && line.name === name) ||
      ((kind === 'table' || kind === 'view') && line.table === name))
}

function takeFacts(has: Lines, wants: Lines): void {
  for (const [id, line] of wants) {
    const other = has.get(id)
    if (other === undefined) continue
    const merged = { ...line }
    for (const fact of kUnsaidFacts) {
      if (other[fact] === undefined) delete merged[fact]
      else merged[fact] = other[fact]
    }
    // A privilege names a role, which then is one of those that it cannot be without.
    const roles = (other.uses ?? []).filter(use => use.startsWith('role '))
    const uses = new Set([...(line.uses ?? []), ...roles])
    wants.set(id, uses.size === 0 ? merged : { ...merged, uses: [...uses].sort() })
  }
}

/** Whether a schema is none of those that these objects name, as that of another tool is not. */
function unnamedIn(wants: Lines): (name: string) => boolean {
  const named = new Set(['public'])
  for (const { kind, name = '' } of wants.values()) if (kind === 'schema') named.add(name)
  return name => !named.has(name)
}

/** What is there, could not be said, and has everything that it needs stays. */
function takeUnsaid(
  has: Lines,
  wants: Lines,
  limits: Limits,
  isSchema: (name: string) => boolean,
): void {
  const isTable = nameFilter(limits.tablesFilter)
  const owned = new Set(limits.outside.filter(o => o.kind === 'schema').map(({ name }) => name))
  const isUnsaid = (line: ModelLine): boolean => {
    const { kind, schema, table, name = '' } = line
    if (kUnsaid.has(kind) || line['inherited'] === true || 'partition_of' in line) return true
    if (kind === 'role') return !limits.hasRoles
    if (kind === 'constraint' && line['type'] === 'exclude') return true
    if (kind === 'schema') return name === 'public' || !isSchema(name)
    if (schema !== undefined && (owned.has(schema) || !isSchema(schema))) return true
    const ofTable = table ?? (kind === 'table' || kind.endsWith('view') ? name : undefined)
    return ofTable !== undefined && !isTable(ofTable)
  }
  const left = new Map([...has].filter(([id, line]) => !wants.has(id) && isUnsaid(line)))
  for (let moved = true; moved; ) {
    moved = false
    for (const [id, line] of left) {
      if (!isSupported(line, wants)) continue
      wants.set(id, line)
      left.delete(id)
      moved = true
    }
  }
}

/** Whether everything is there that an object cannot be without. */
function isSupported({ kind, schema, table, uses = [] }: ModelLine, wants: Lines): boolean {
  if (!uses.every(use => wants.has(use))) return false
  if (table === undefined || kind === 'table') return true
  return [...wants.values()].some(
    line => line.schema === schema && line.name === table && /^(table|.*view)$/.test(line.kind),
  )
}
