// The translation of Drizzle's schemas, and what the tests of it need: projects that have a version
// of drizzle-orm installed, and a PostgreSQL that tells everything it knows about a schema.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { vector } from '@electric-sql/pglite-pgvector'
import { importSources } from './cli-sources.mjs'
import { makeProject } from './command.mjs'
import { createPglite } from './pglite.mjs'
import { top } from './source.mjs'

/** Both versions that are translated, by the naming that they have. */
export const versions = { 0.45: 'drizzle-orm', '1.0': 'drizzle-orm-rc' }

/** What the sources in bindings/cli/src/drizzle export, all of one bundle. */
export function importDrizzle() {
  const sources = ['config', 'load', 'to-sql', 'script', 'glob', 'names', 'quote']
  return importSources(...sources.map(name => `drizzle/${name}`))
}

/** A project with these files and with drizzle-orm installed; `remove` deletes it. */
export function drizzleProject(version, files) {
  const project = makeProject({ 'package.json': { type: 'module' }, ...files })
  const modules = join(project.folder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  symlinkSync(join(top, 'node_modules', versions[version]), join(modules, 'drizzle-orm'))
  return project
}

/** A PostgreSQL within this process, with pgvector. */
export async function startCatalog() {
  const db = await createPglite({ extensions: { vector } })
  return {
    db,
    close: () => db.close(),
    async rows(sql) {
      return (await db.query(sql)).rows
    },
    /** The one value that a query gives. */
    async value(sql) {
      const [row] = (await db.query(sql)).rows
      return row === undefined ? undefined : Object.values(row)[0]
    },
    /** Loads SQL into an empty database. */
    async load(sql) {
      await db.exec(kEmpty)
      await db.exec(sql)
    },
    /** Everything that the catalog says about what was loaded, by the name of what it is about. */
    async facts() {
      return Object.fromEntries(
        (await db.query(kFacts)).rows.map(({ thing, fact }) => [thing, fact]),
      )
    },
  }
}

const head = `
import { sql, eq, gt } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
const { pgTable, pgSchema, pgEnum, pgView, pgMaterializedView, pgSequence, pgRole, pgPolicy } = pg
const { integer, text, serial, bigint, varchar, timestamp, jsonb, numeric, boolean } = pg
const { index, uniqueIndex, unique, check, foreignKey, primaryKey } = pg
`

/**
 * Starts a PostgreSQL to load schemas into. Of the body of a schema, `translate` makes SQL, and
 * `load` loads it too; where PostgreSQL refuses it, the error says what it is about.
 */
export async function startTranslation() {
  const [drizzle, catalog] = await Promise.all([importDrizzle(), startCatalog()])
  const translate = async (version, body, options) => {
    const project = drizzleProject(version, { 'schema.ts': head + body })
    try {
      const modules = await drizzle.loadSchema([join(project.folder, 'schema.ts')])
      return { ...drizzle.toSql(modules, options), exports: modules.modules[0].exports }
    } finally {
      project.remove()
    }
  }
  const load = async (version, body, options) => {
    const result = await translate(version, body, options)
    await catalog.load(result.sql).catch(error => {
      const line = result.sql.slice(0, Number(error.position)).split('\n').length
      const { what } = drizzle.whereIs(result.where, line)
      throw new Error(`${what}: ${error.message}\n${result.sql}`)
    })
    return result
  }
  return { drizzle, catalog, translate, load, close: () => catalog.close() }
}

const kEmpty = `
do $$ declare name text; begin
  for name in select extname from pg_extension where extname <> 'plpgsql' loop
    execute format('drop extension %I cascade', name);
  end loop;
  for name in select nspname from pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', name);
  end loop;
  for name in select rolname from pg_roles where oid >= 16384 loop
    execute format('drop role %I', name);
  end loop;
  create schema public;
end $$`

// What an extension brings is no part of the schema.
const kOwn = `not exists (select from pg_depend d where d.objid = x.oid and d.deptype = 'e')`
const kWithin = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`

const kFacts = `
select 'schema ' || n.nspname as thing, '' as fact from pg_namespace n where ${kWithin}
union all
select 'relation ' || x.oid::regclass, concat_ws(' ', x.relkind, x.relrowsecurity, x.reloptions,
    a.amname, x.relispopulated)
  from pg_class x join pg_namespace n on n.oid = x.relnamespace left join pg_am a on a.oid = x.relam
  where ${kWithin} and ${kOwn}
union all
select 'column ' || x.oid::regclass || '.' || c.attname, concat_ws(' ', c.attnum,
    format_type(c.atttypid, c.atttypmod), c.attnotnull, c.attidentity, c.attgenerated,
    pg_get_expr(d.adbin, d.adrelid))
  from pg_attribute c join pg_class x on x.oid = c.attrelid
  join pg_namespace n on n.oid = x.relnamespace
  left join pg_attrdef d on d.adrelid = c.attrelid and d.adnum = c.attnum
  where ${kWithin} and ${kOwn} and c.attnum > 0 and x.relkind in ('r', 'v', 'm')
union all
select 'constraint ' || x.conname || ' of ' || coalesce(nullif(x.conrelid, 0)::regclass::text, ''),
    pg_get_constraintdef(x.oid)
  from pg_constraint x join pg_namespace n on n.oid = x.connamespace where ${kWithin} and ${kOwn}
union all
select 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid)
  from pg_index i join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = x.relnamespace where ${kWithin} and ${kOwn}
union all
select 'view ' || x.oid::regclass, pg_get_viewdef(x.oid)
  from pg_class x join pg_namespace n on n.oid = x.relnamespace
  where ${kWithin} and ${kOwn} and x.relkind in ('v', 'm')
union all
select 'enum ' || x.oid::regtype, (select string_agg(e.enumlabel, '|' order by e.enumsortorder)
    from pg_enum e where e.enumtypid = x.oid)
  from pg_type x join pg_namespace n on n.oid = x.typnamespace
  where ${kWithin} and ${kOwn} and x.typtype = 'e'
union all
select 'sequence ' || x.oid::regclass, (to_jsonb(s) - 'seqrelid')::text
  from pg_sequence s join pg_class x on x.oid = s.seqrelid
  join pg_namespace n on n.oid = x.relnamespace where ${kWithin}
union all
select 'policy ' || p.policyname || ' on ' || p.schemaname || '.' || p.tablename, to_jsonb(p)::text
  from pg_policies p
union all
select 'role ' || r.rolname, concat_ws(' ', r.rolcreatedb, r.rolcreaterole, r.rolinherit)
  from pg_roles r where r.oid >= 16384
order by 1`
