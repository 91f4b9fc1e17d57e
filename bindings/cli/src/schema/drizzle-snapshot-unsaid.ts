/** What the model knows of an object and Drizzle has no words for. */
import { has, type ModelObject } from './types-of-model.js'

/** Facts of tables, columns and so on that Drizzle has no word for, in words. */
const kUnsaid: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  table: {
    unlogged: 'UNLOGGED',
    partition_key: 'PARTITION BY',
    inherits: 'INHERITS',
    options: 'storage parameters',
    toast_options: 'storage parameters',
    force_row_security: 'FORCE ROW LEVEL SECURITY',
    replica_identity: 'REPLICA IDENTITY',
    access_method: 'its access method',
    tablespace: 'its tablespace',
  },
  column: {
    collation: 'COLLATE',
    virtual: 'VIRTUAL',
    storage: 'SET STORAGE',
    compression: 'COMPRESSION',
    statistics: 'SET STATISTICS',
    options: 'its options',
  },
  view: { access_method: 'its access method', tablespace: 'its tablespace' },
  constraint: {
    options: 'storage parameters',
    clustered: 'CLUSTER ON',
    replica_identity: 'REPLICA IDENTITY',
  },
  index: {
    clustered: 'CLUSTER ON',
    replica_identity: 'REPLICA IDENTITY',
    statistics: 'SET STATISTICS',
  },
  sequence: { unlogged: 'UNLOGGED' },
  role: {
    login: 'LOGIN',
    superuser: 'SUPERUSER',
    replication: 'REPLICATION',
    bypass_row_security: 'BYPASSRLS',
  },
}

/** The kinds of objects that Drizzle has. */
const kKinds = ['schema', 'enum', 'sequence', 'role', 'table', 'column', 'default', 'constraint']
const kSaid = new Set([...kKinds, 'index', 'policy', 'view', 'materialized_view'])

/** What is lost of an object, in words; undefined where nothing is. */
export function unsaidOf(object: ModelObject): string | undefined {
  const { kind } = object
  if (kind === 'extension') return 'Drizzle leaves extensions to others'
  if (!kSaid.has(kind)) return `Drizzle has no ${kind.replaceAll('_', ' ')}`
  const words = kUnsaid[kind === 'materialized_view' ? 'view' : kind] ?? {}
  const lost = Object.entries(words).filter(([fact]) => has(object, fact))
  const texts = new Set(lost.map(([, text]) => text))
  if (has(object, 'comment')) texts.add('its comment')
  if (has(object, 'grants') || has(object, 'revokes')) texts.add('its privileges')
  return texts.size === 0 ? undefined : `without ${[...texts].join(', ')}`
}
