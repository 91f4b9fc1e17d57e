/** The query of room `catalog` as a server is asked, and whether its answer may be another now. */
import { join } from 'node:path'
import { readFacts } from '../../../src/catalog/facts.mjs'
import { queryText } from '../../../src/catalog/query.mjs'
import { native } from '../../support/native.mjs'
import { top } from '../../support/source.mjs'

const source = process.env.POSTGRES_SOURCE_DIR ?? join(top, 'build/deps/postgresql-17')
const made = native('postgres')

export const schemaQuery = queryText(readFacts(join(source, 'src'), join(made, 'catalog')))

const catalogs = [
  ...['pg_namespace', 'pg_class', 'pg_attribute', 'pg_type', 'pg_proc', 'pg_aggregate'],
  ...['pg_operator', 'pg_cast', 'pg_enum', 'pg_range', 'pg_constraint', 'pg_index', 'pg_rewrite'],
  ...['pg_inherits', 'pg_trigger', 'pg_attrdef', 'pg_collation', 'pg_opclass', 'pg_amop'],
]

/** What a server describes a column of a domain as: the type below, with its modifier. */
export const domainsQuery = `
  with recursive below (domain, oid, modifier) as (
    select oid, typbasetype, typtypmod from pg_catalog.pg_type where typtype = 'd'
    union all
    select b.domain, t.typbasetype, greatest(b.modifier, t.typtypmod)
    from below b join pg_catalog.pg_type t on t.oid = b.oid and t.typtype = 'd'
  )
  select b.domain, n.nspname || '.' || d.typname, b.oid, b.modifier from below b
  join pg_catalog.pg_type t on t.oid = b.oid and t.typtype <> 'd'
  join pg_catalog.pg_type d on d.oid = b.domain
  join pg_catalog.pg_namespace n on n.oid = d.typnamespace`

/** By oid, and by name: what initdb makes has an oid of its own in every server. */
export function readDomains(rows) {
  const out = new Map()
  for (const [domain, name, oid, modifier] of rows) {
    const below = { oid: Number(oid), modifier: Number(modifier) }
    out.set(Number(domain), below).set(name, below)
  }
  return out
}

// A row of a catalog that was changed is another one, by its place or its transaction.
const marks = catalogs.map(
  name => `(select pg_catalog.sum(pg_catalog.hashtextextended(
    pg_catalog.textcat(ctid::text, xmin::text), 0)) from pg_catalog.${name})`,
)

/** A mark of the catalogs, which is another one when they are. */
export const markQuery = `select pg_catalog.concat_ws(' ', ${marks.join(', ')})`

/** The schemas in which names are found, how much was ever written, and settings. */
export const stateQuery = `
  select pg_catalog.array_to_json(pg_catalog.current_schemas(false)),
    pg_catalog.pg_current_wal_insert_lsn(), pg_catalog.current_setting('array_nulls'),
    pg_catalog.current_setting('transform_null_equals'),
    pg_catalog.current_setting('DateStyle'), pg_catalog.current_setting('IntervalStyle'),
    pg_catalog.current_setting('standard_conforming_strings'),
    pg_catalog.current_setting('row_security'),
    coalesce(pg_catalog.current_setting('restrict_nonsystem_relation_kind', true), '')`
