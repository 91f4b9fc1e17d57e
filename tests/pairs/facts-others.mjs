/** Facts of schemas, types, functions, privileges, publications, comments, and whatever is left. */
import { aclText } from './facts-relations.mjs'

const schemas = `select format('schema %I privileges %s', nspname,
  ${aclText('nspacl', 'n', 'nspowner')}) as fact from user_schema`

const isOurs = (catalog, row, place) => `${row}.${place} in (select oid from user_schema)
  and not exists (select from member
    where classid = '${catalog}'::regclass and objid = ${row}.oid)`

const enums = `select format('enum %s labels %s', t.oid::regtype,
  (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
from pg_type t where t.typtype = 'e' and ${isOurs('pg_type', 't', 'typnamespace')}`

const domains = `select format('domain %s base %s collation %s not null %s default %s',
  t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
  (select c.collname from pg_collation c join pg_type b on b.oid = t.typbasetype
    where c.oid = t.typcollation and c.oid <> b.typcollation),
  t.typnotnull, t.typdefault)
from pg_type t where t.typtype = 'd' and ${isOurs('pg_type', 't', 'typnamespace')}`

const domainChecks = `select format('constraint %I on domain %s: %s valid %s', c.conname,
  t.oid::regtype, pg_get_constraintdef(c.oid), c.convalidated)
from pg_constraint c join pg_type t on t.oid = c.contypid
where c.contype <> 'n' and ${isOurs('pg_type', 't', 'typnamespace')}`

const composites = `select format('composite type %s attributes %s', t.oid::regtype,
  (select array_agg(format('%I %s %s', a.attname, format_type(a.atttypid, a.atttypmod),
      nullif(a.attcollation, 0)::regcollation) order by a.attnum)
    from pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped))
from pg_type t join pg_class r on r.oid = t.typrelid and r.relkind = 'c'
where t.typtype = 'c' and ${isOurs('pg_type', 't', 'typnamespace')}`

const ranges = `select format('range type %s subtype %s collation %s class %s canonical %s '
    'difference %s multirange %s', t.oid::regtype, g.rngsubtype::regtype,
  nullif(g.rngcollation, 0)::regcollation,
  (select opcname from pg_opclass where oid = g.rngsubopc), nullif(g.rngcanonical, 0)::regproc,
  nullif(g.rngsubdiff, 0)::regproc, (to_jsonb(g)->>'rngmultitypid')::oid::regtype)
from pg_range g join pg_type t on t.oid = g.rngtypid
where ${isOurs('pg_type', 't', 'typnamespace')}`

const typePrivileges = `select format('type %s privileges %s', t.oid::regtype,
  ${aclText('t.typacl', 'T', 't.typowner')})
from pg_type t left join pg_class r on r.oid = t.typrelid
where t.typtype in ('e', 'd', 'c', 'r', 'b') and t.typelem = 0
  and (t.typrelid = 0 or r.relkind = 'c') and ${isOurs('pg_type', 't', 'typnamespace')}`

const functions = `select format('function %s: %s privileges %s', p.oid::regprocedure,
  pg_get_functiondef(p.oid), ${aclText('p.proacl', 'f', 'p.proowner')})
from pg_proc p where p.prokind <> 'a' and ${isOurs('pg_proc', 'p', 'pronamespace')}
  and not exists (select from pg_depend
    where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'i')`

const aggregates = `select format('aggregate %s arguments %s returns %s: %s privileges %s',
  p.oid::regprocedure, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
  to_jsonb(a) - '{aggfnoid,aggtransfn,aggfinalfn,aggcombinefn,aggtranstype,aggsortop}'::text[]
    || jsonb_build_object('transition', a.aggtransfn::text, 'final', a.aggfinalfn::text,
      'combine', a.aggcombinefn::text, 'state', a.aggtranstype::regtype::text,
      'sort', nullif(a.aggsortop, 0)::regoperator::text, 'parallel', p.proparallel),
  ${aclText('p.proacl', 'f', 'p.proowner')})
from pg_proc p join pg_aggregate a on a.aggfnoid = p.oid
where ${isOurs('pg_proc', 'p', 'pronamespace')}`

const defaultPrivileges = `select format('default privileges in %s on %s: %s',
  coalesce(n.nspname, 'every schema'), d.defaclobjtype,
  (select string_agg(format('%s:%s%s', case when grantee = 0 then 'public'
      when grantee = d.defaclrole then 'owner' else grantee::regrole::text end, privilege_type,
      case when is_grantable then '*' else '' end), ', '
      order by grantee::regrole::text, privilege_type)
    from aclexplode(d.defaclacl)))
from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace`

const publications = `select format('publication %I %s tables %s', p.pubname,
  to_jsonb(p) - '{oid,pubname,pubowner}'::text[],
  (select array_agg(pr.prrelid::regclass::text order by pr.prrelid::regclass::text)
    from pg_publication_rel pr where pr.prpubid = p.oid))
from pg_publication p`

// The attributes are those of the table, by name; a partition's filter is its parent's.
const publishedTables = `select format('publication %I table %I.%I columns %s rows %s', t.pubname,
  t.schemaname, t.tablename,
  (select array_agg(a order by a) from jsonb_array_elements_text(
    case jsonb_typeof(to_jsonb(t)->'attnames') when 'array' then to_jsonb(t)->'attnames' end) a),
  to_jsonb(t)->>'rowfilter')
from pg_publication_tables t`

const publishedSchemas = `select format('publication %I schema %s', p.pubname,
  s.pnnspid::regnamespace)
from pg_publication p join pg_publication_namespace s on s.pnpubid = p.oid`

const extensions = `select format('extension %I version %s in %s', extname, extversion,
  extnamespace::regnamespace) from pg_extension where extname <> 'plpgsql'`

const eventTriggers = `select format('event trigger %I on %s enabled %s tags %s calls %s', evtname,
  evtevent, evtenabled, evttags, evtfoid::regprocedure) from pg_event_trigger
where not exists (select from member
  where classid = 'pg_event_trigger'::regclass and objid = pg_event_trigger.oid)`

// The comments of schemas include that of public, which every new database has.
const comments = `select format('comment on %s %s: %s', o.type, o.identity, d.description)
from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
where d.objoid >= 16384 or (d.classoid = 'pg_namespace'::regclass
  and d.objoid = to_regnamespace('public'))`

// Kinds without a fact of their own are at least seen to be there.
const RARE = [
  'pg_cast', 'pg_collation', 'pg_conversion', 'pg_foreign_data_wrapper', 'pg_foreign_server',
  'pg_language', 'pg_opclass', 'pg_operator', 'pg_opfamily', 'pg_transform', 'pg_ts_config',
  'pg_ts_dict', 'pg_ts_parser', 'pg_ts_template',
]
const rare = RARE.map(catalog => `select format('%s %s', o.type, o.identity)
from ${catalog} c, pg_identify_object('${catalog}'::regclass, c.oid, 0) o
where c.oid >= 16384 and not exists (select from member
  where classid = '${catalog}'::regclass and objid = c.oid)`)

/** The facts beside those of relations; publications by schema came with version 15. */
export const otherFacts = version => [
  schemas, enums, domains, domainChecks, composites, ranges, typePrivileges, functions, aggregates,
  defaultPrivileges, publications, publishedTables, extensions, eventTriggers, comments, ...rare,
  ...(version >= 15 ? [publishedSchemas] : []),
]
