/** The query of room `catalog` as a server is asked, and whether its answer may be another now. */
import { join } from 'node:path'
import { readFacts } from '../../../src/catalog/facts.mjs'
import { queryText } from '../../../src/catalog/query.mjs'
import { top } from '../../support/source.mjs'

const source = process.env.POSTGRES_SOURCE_DIR ?? join(top, 'build/deps/postgresql-17')
const made = process.env.BALLAST_POSTGRES_MADE ?? join(top, 'build/debug/postgres')

export const schemaQuery = queryText(readFacts(join(source, 'src'), join(made, 'catalog')))

const catalogs = [
  ...['pg_namespace', 'pg_class', 'pg_attribute', 'pg_type', 'pg_proc', 'pg_aggregate'],
  ...['pg_operator', 'pg_cast', 'pg_enum', 'pg_range', 'pg_constraint', 'pg_index', 'pg_rewrite'],
  ...['pg_inherits', 'pg_trigger', 'pg_attrdef', 'pg_collation', 'pg_opclass', 'pg_amop'],
]

// A row of a catalog that was changed is another one, by its place or its transaction.
const marks = catalogs.map(
  name => `(select sum(hashtextextended(ctid::text || xmin::text, 0)) from pg_catalog.${name})`,
)

/** One row: the schemas in which names are found, a mark of the catalogs, and settings. */
export const stateQuery = `
  select array_to_json(pg_catalog.current_schemas(false)), concat_ws(' ', ${marks.join(', ')}),
    current_setting('array_nulls'), current_setting('transform_null_equals')`
