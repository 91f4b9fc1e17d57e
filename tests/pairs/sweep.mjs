/** Empties a database, and gives it the schema that a new one has. */

/** Drops everything that a pair may have made, the schema public included. */
export const sweep = `do $$ declare name text; begin
  for name in select quote_ident(pubname) from pg_publication loop
    execute 'drop publication ' || name;
  end loop;
  for name in select quote_ident(evtname) from pg_event_trigger loop
    execute 'drop event trigger ' || name;
  end loop;
  for name in select quote_ident(nspname) from pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute 'drop schema ' || name || ' cascade';
  end loop;
  foreach name in array array['tables', 'sequences', 'functions', 'types', 'schemas'] loop
    execute 'alter default privileges revoke all on ' || name || ' from app_reader, app_writer';
  end loop;
end $$`

/** Statements that make the schema public as a new database of a major version has it. */
export const publicSchema = version => [
  `create schema public${version >= 15 ? ' authorization pg_database_owner' : ''}`,
  `grant usage${version >= 15 ? '' : ', create'} on schema public to public`,
  "comment on schema public is 'standard public schema'",
]

/** Makes a database what a new one is, which is much cheaper than to make one. */
export async function renew(run, version) {
  // A failed script may have left a transaction, a role or a setting behind.
  await run('rollback; reset all; reset role')
  for (const sql of [sweep, ...publicSchema(version)]) await run(sql)
}
