// The one query that a model is built from. Its reply is one row with one cell, of JSON:
//
//   {"version": 170010, "objects": [[1259, 16402, {"kind": "table", …}], …],
//    "depends": [[class, oid, column, class, oid, column, type], …],
//    "comments": [[class, oid, column, text], …],
//    "grants": [[class, oid, column, grantee or null for PUBLIC, privilege, grantable, given], …],
//    "roles": [{"name": "app", …}, …], "unmodelled": [{"kind": "operator", "name": "…"}, …]}
//
// One text serves PostgreSQL 14 to 18: what not all of them have is read as a member of the row's
// JSON. What is put together is json and no jsonb, which would be sorted and copied at each level.
// It expects an empty search_path, so that every name is printed with its schema.
//
// Left out are the system's own schemas, the members of extensions, what hangs on another object
// inside (identity sequences, indexes of constraints, clones on partitions), and the schemas of the
// migrators' own tables.

#include "ballast/schema.h"

namespace ballast::schema {
namespace {

constexpr std::string_view kScope = R"sql(
with n as (
  select oid, nspname, nspowner, nspacl from pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'ballast', 'drizzle')),
member as (
  select classid, objid from pg_depend
  where deptype = 'e' and refclassid = 'pg_extension'::regclass),
r as (
  select c.*, n.nspname from pg_class c join n on n.oid = c.relnamespace
  where not exists (select from member
    where classid = 'pg_class'::regclass and objid = c.oid)),
identity as (
  select d.refobjid as relation, d.refobjsubid as number, d.objid as sequence from pg_depend d
  join r on r.oid = d.objid and r.relkind = 'S'
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.deptype = 'i'),
owned as (
  select d.objid as sequence, d.refobjid as relation, d.refobjsubid as number from pg_depend d
  join r on r.oid = d.objid and r.relkind = 'S'
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.deptype = 'a'),
p as (
  select p.*, n.nspname from pg_proc p join n on n.oid = p.pronamespace
  where not exists (select from member where classid = 'pg_proc'::regclass and objid = p.oid)
    and not exists (select from pg_depend where classid = 'pg_proc'::regclass
      and objid = p.oid and deptype = 'i')),
t as (
  select t.*, n.nspname from pg_type t join n on n.oid = t.typnamespace
  where not exists (select from member where classid = 'pg_type'::regclass and objid = t.oid)))sql";

constexpr std::string_view kNamespaces = R"sql(
select 2615 as class, n.oid, json_build_object('kind', 'schema', 'name', nspname) as o from n
where not exists (select from member where classid = 'pg_namespace'::regclass and objid = n.oid)
union all
select 3079, e.oid, json_build_object('kind', 'extension', 'name', extname,
  'schema', (select nspname from pg_namespace s where s.oid = extnamespace),
  'version', extversion)
from pg_extension e where extname <> 'plpgsql')sql";

constexpr std::string_view kRelations = R"sql(
union all
select 1259, r.oid, json_build_object('kind', 'table', 'schema', nspname, 'name', relname,
  'unlogged', nullif(relpersistence = 'u', false),
  'partition_key', case when relkind = 'p' then pg_get_partkeydef(r.oid) end,
  'partition_of', case when relispartition then (
    select json_build_array(rn.nspname, rc.relname) from pg_inherits join pg_class rc
    on rc.oid = inhparent join pg_namespace rn on rn.oid = rc.relnamespace
    where inhrelid = r.oid) end,
  'bound', pg_get_expr(relpartbound, r.oid),
  'inherits', case when not relispartition then (
    select json_agg(json_build_array(rn.nspname, rc.relname) order by inhseqno)
    from pg_inherits join pg_class rc on rc.oid = inhparent
    join pg_namespace rn on rn.oid = rc.relnamespace where inhrelid = r.oid) end,
  'options', to_json((select array_agg(x order by x collate "C") from unnest(reloptions) x)),
  'toast_options', (select to_json(x.reloptions) from pg_class x where x.oid = r.reltoastrelid),
  'row_security', nullif(relrowsecurity, false), 'force_row_security',
  nullif(relforcerowsecurity, false), 'replica_identity', nullif(relreplident, 'd'),
  'access_method', (select nullif(amname, 'heap') from pg_am where pg_am.oid = relam),
  'tablespace', (select spcname from pg_tablespace where pg_tablespace.oid = reltablespace))
from r where relkind in ('r', 'p') and reloftype = 0
union all
select 1259, r.oid, json_build_object('kind', case relkind when 'v' then 'view' else
  'materialized_view' end, 'schema', nspname, 'name', relname,
  'definition', btrim(pg_get_viewdef(r.oid), ' ;'),
  'columns', (select json_agg(json_build_array(attname, format_type(atttypid, atttypmod),
    case when attcollation <> typcollation then attcollation::regcollation::text end)
    order by attnum) from pg_attribute a join pg_type on pg_type.oid = atttypid
    where attrelid = r.oid and attnum > 0 and not attisdropped),
  'options', to_json((select array_agg(x order by x collate "C") from unnest(reloptions) x)),
  'unpopulated', nullif(not relispopulated, false),
  'access_method', (select nullif(amname, 'heap') from pg_am where pg_am.oid = relam),
  'tablespace', (select spcname from pg_tablespace where pg_tablespace.oid = reltablespace))
from r where relkind in ('v', 'm')
union all
select 1259, r.oid, json_build_object('kind', 'sequence', 'schema', nspname, 'name', relname,
  'type', format_type(seqtypid, null), 'start', seqstart::text, 'increment', seqincrement::text,
  'min', seqmin::text, 'max', seqmax::text, 'cache', seqcache::text, 'cycle', nullif(seqcycle,
  false), 'unlogged', nullif(relpersistence = 'u', false), 'owned_by', (
    select json_build_array(rn.nspname, rc.relname, attname) from owned
    join pg_class rc on rc.oid = relation join pg_namespace rn on rn.oid = rc.relnamespace
    join pg_attribute on attrelid = relation and attnum = number where sequence = r.oid))
from r join pg_sequence on seqrelid = r.oid
where relkind = 'S' and not exists (select from identity where sequence = r.oid))sql";

// A column's class is pg_class, its oid the table's; what says so is its number. Those of views and
// composite types are told only where they have a comment or privileges of their own.
constexpr std::string_view kColumns = R"sql(
union all
select 1259, r.oid, json_build_object('kind', 'column', 'number', attnum, 'schema', nspname,
  'table', relname, 'name', attname, 'type', format_type(atttypid, atttypmod),
  'collation', case when attcollation <> typcollation then attcollation::regcollation::text end,
  'not_null', nullif(attnotnull, false), 'inherited', nullif(attinhcount > 0, false),
  'local', case when attinhcount > 0 then nullif(attislocal, false) end,
  'generated', case when attgenerated <> '' then pg_get_expr(adbin, adrelid) end,
  'virtual', nullif(attgenerated = 'v', false),
  'identity', case attidentity when 'a' then 'always' when 'd' then 'by default' end,
  'sequence', (select json_build_object('oid', sequence::bigint, 'schema', rn.nspname, 'name',
    rc.relname, 'type', format_type(seqtypid, null), 'start', seqstart::text, 'increment',
    seqincrement::text, 'min', seqmin::text, 'max', seqmax::text, 'cache', seqcache::text,
    'cycle', nullif(seqcycle, false)) from identity join pg_sequence on seqrelid = sequence
    join pg_class rc on rc.oid = sequence join pg_namespace rn on rn.oid = rc.relnamespace
    where relation = r.oid and number = attnum),
  'storage', case when attstorage <> typstorage then case attstorage when 'p' then 'plain' when
    'e' then 'external' when 'm' then 'main' else 'extended' end end,
  'compression', case attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
  'statistics', nullif(attstattarget, -1)::int,
  'options', case when attoptions is not null then to_jsonb((
    select array_agg(x order by x collate "C") from unnest(attoptions) x)) end,
  'in_key', nullif(attnum = any (conkey), false))
from r join pg_attribute a on attrelid = r.oid join pg_type on pg_type.oid = atttypid
left join pg_attrdef on adrelid = attrelid and adnum = attnum
left join pg_constraint on conrelid = attrelid and contype = 'p'
where relkind in ('r', 'p') and reloftype = 0 and attnum > 0 and not attisdropped
union all
select 1259, r.oid, json_build_object('kind', 'column', 'number', attnum, 'schema', nspname,
  'table', relname, 'name', attname, 'on', case relkind when 'v' then 'view' when 'm' then
  'materialized view' else 'composite' end)
from r join pg_attribute a on attrelid = r.oid
where relkind in ('v', 'm', 'c') and attnum > 0 and not attisdropped and (attacl is not null or
  col_description(r.oid, attnum) is not null)
union all
select 2604, d.oid, json_build_object('kind', 'default', 'schema', nspname, 'table', relname,
  'name', attname, 'value', pg_get_expr(adbin, adrelid),
  'inherited', nullif(attinhcount > 0, false),
  'on', case when relkind = 'v' then 'view' end)
from pg_attrdef d join r on r.oid = adrelid
join pg_attribute on attrelid = adrelid and attnum = adnum
where attgenerated = '' and relkind in ('r', 'p', 'v') and reloftype = 0)sql";

// Constraints of PostgreSQL 18 that only say NOT NULL are the column's; one that is not valid yet
// is named there.
constexpr std::string_view kConstraints = R"sql(
union all
select 2606, k.oid, json_build_object('kind', 'constraint', 'schema', nspname, 'table', relname,
  'name', conname, 'type', case contype when 'p' then 'primary key' when 'u' then 'unique'
  when 'c' then 'check' when 'x' then 'exclude' else 'foreign key' end,
  'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
  'not_valid', nullif(not convalidated and (to_jsonb(k)->>'conenforced') is distinct from 'false',
    false), 'inherited', nullif(conparentid <> 0 or
    coninhcount > 0 and not conislocal, false), 'columns', (
    select json_agg(attname order by number) from unnest(conkey) with ordinality x (key, number)
    join pg_attribute on attrelid = conrelid and attnum = key),
  'references', (
    select json_build_array(rn.nspname, rc.relname) from pg_class rc join pg_namespace rn
    on rn.oid = rc.relnamespace where rc.oid = confrelid),
  'index', nullif(conindid, 0)::bigint,
  'options', case when contype in ('p', 'u', 'x') then (select to_json(i.reloptions) from pg_class
    i where i.oid = conindid) end,
  'clustered', (select nullif(indisclustered, false) from pg_index where indexrelid = conindid and
    contype in ('p', 'u', 'x')),
  'replica_identity', (select nullif(indisreplident, false) from pg_index
    where indexrelid = conindid and contype in ('p', 'u', 'x')))
from pg_constraint k join r on r.oid = conrelid
where contype in ('p', 'u', 'c', 'x', 'f') and relkind in ('r', 'p') and reloftype = 0
union all
select 1259, r.oid, json_build_object('kind', 'index', 'schema', r.nspname, 'table', o.relname,
  'name', r.relname, 'on', case when o.relkind = 'm' then 'materialized view' end,
  'definition', pg_get_indexdef(r.oid), 'unique', nullif(indisunique, false),
  'invalid', nullif(not indisvalid, false), 'columns', (
    select json_agg(attname order by number) from unnest(indkey) with ordinality x (key, number)
    join pg_attribute on attrelid = indrelid and attnum = key),
  'only', nullif(r.relkind = 'I' and exists (select from pg_inherits where inhparent = indrelid)
    and not exists (select from pg_inherits where inhparent = r.oid), false),
  'partitioned', nullif(r.relkind = 'I', false),
  'inherited', nullif(r.relispartition, false),
  'clustered', nullif(indisclustered, false),
  'replica_identity', nullif(indisreplident, false), 'statistics', (
    select json_object_agg(attnum, attstattarget) from pg_attribute where attrelid = r.oid
    and coalesce(attstattarget, -1) >= 0))
from r join pg_index on indexrelid = r.oid join r o on o.oid = indrelid
where o.relkind in ('r', 'p', 'm') and o.reloftype = 0 and not exists (
  select from pg_constraint k where conindid = r.oid and contype in ('p', 'u', 'x'))
union all
select 2620, g.oid, json_build_object('kind', 'trigger', 'schema', nspname, 'table', relname,
  'name', tgname, 'on', case when relkind = 'v' then 'view' end,
  'definition', pg_get_triggerdef(g.oid), 'enabled', nullif(tgenabled, 'O'),
  'inherited', nullif(tgparentid <> 0, false))
from pg_trigger g join r on r.oid = tgrelid
where not tgisinternal and relkind in ('r', 'p', 'v')
union all
select 2618, w.oid, json_build_object('kind', 'rule', 'schema', nspname, 'table', relname,
  'name', rulename, 'on', case when relkind = 'v' then 'view' end,
  'definition', rtrim(pg_get_ruledef(w.oid), ';'), 'enabled', nullif(ev_enabled, 'O'))
from pg_rewrite w join r on r.oid = ev_class where rulename <> '_RETURN'
union all
select 3256, l.oid, json_build_object('kind', 'policy', 'schema', nspname, 'table', relname,
  'name', polname, 'command', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w'
  then 'update' when 'd' then 'delete' else 'all' end, 'restrictive', nullif(not polpermissive,
  false), 'roles', (select json_agg(rolname order by rolname collate "C") from pg_roles
    where oid = any (polroles)),
  'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
from pg_policy l join r on r.oid = polrelid
union all
select 3381, s.oid, json_build_object('kind', 'statistics', 'schema', n.nspname, 'table', relname,
  'table_schema', r.nspname, 'name', stxname, 'definition', pg_get_statisticsobjdef(s.oid),
  'target', nullif(to_jsonb(s)->>'stxstattarget', '-1')::int)
from pg_statistic_ext s join n on n.oid = stxnamespace join r on r.oid = stxrelid)sql";

constexpr std::string_view kTypes = R"sql(
union all
select 1247, t.oid, json_build_object('kind', 'enum', 'schema', nspname, 'name', typname,
  'values', (select coalesce(json_agg(enumlabel order by enumsortorder), '[]') from pg_enum
    where enumtypid = t.oid))
from t where typtype = 'e'
union all
select 1247, t.oid, json_build_object('kind', 'domain', 'schema', nspname, 'name', typname,
  'type', format_type(typbasetype, typtypmod), 'not_null', nullif(typnotnull, false),
  'collation', (select case when t.typcollation <> b.typcollation then
    t.typcollation::regcollation::text end from pg_type b where b.oid = t.typbasetype),
  'default', pg_get_expr(typdefaultbin, 0), 'constraints', (
    select json_agg(json_build_array(conname, regexp_replace(pg_get_constraintdef(k.oid),
      ' NOT VALID$', ''), convalidated, obj_description(k.oid, 'pg_constraint'))
      order by conname collate "C") from pg_constraint k
    where contypid = t.oid and contype = 'c'))
from t where typtype = 'd'
union all
select 1247, t.oid, json_build_object('kind', 'composite', 'schema', nspname, 'name', typname,
  'relation', typrelid::bigint, 'attributes', (select coalesce(json_agg(json_build_array(
    attname, format_type(atttypid, atttypmod), case when attcollation <> pg_type.typcollation
    then attcollation::regcollation::text end) order by attnum), '[]') from pg_attribute
    join pg_type on pg_type.oid = atttypid
    where attrelid = t.typrelid and attnum > 0 and not attisdropped))
from t where typtype = 'c' and exists (
  select from pg_class where pg_class.oid = typrelid and relkind = 'c')
union all
select 1247, t.oid, json_build_object('kind', 'range', 'schema', nspname, 'name', typname,
  'subtype', format_type(rngsubtype, null), 'multirange', (select typname from pg_type m
    where m.oid = rngmultitypid), 'multirange_oid', rngmultitypid::bigint, 'operator_class', (
    select case when not opcdefault then quote_ident(s.nspname) || '.' || quote_ident(opcname) end
    from pg_opclass join pg_namespace s on s.oid = opcnamespace where pg_opclass.oid = rngsubopc),
  'collation', (select case when rngcollation <> b.typcollation then
    rngcollation::regcollation::text end from pg_type b where b.oid = rngsubtype),
  'canonical', nullif(rngcanonical::oid, 0)::regproc::text,
  'difference', nullif(rngsubdiff::oid, 0)::regproc::text)
from t join pg_range on rngtypid = t.oid where typtype = 'r')sql";

constexpr std::string_view kRoutines = R"sql(
union all
select 1255, p.oid, json_build_object('kind', case prokind when 'p' then 'procedure' else
  'function' end, 'schema', nspname, 'name', proname, 'arguments', coalesce((
    select json_agg(format_type(x, null) order by number) from
    unnest(proargtypes) with ordinality y (x, number)), '[]'),
  'window', nullif(prokind = 'w', false),
  'definition', pg_get_functiondef(p.oid), 'returns', pg_get_function_result(p.oid),
  'parameters', pg_get_function_arguments(p.oid), 'names', to_json(proargnames),
  'defaults', nullif(pronargdefaults, 0), 'language', lanname, 'volatility', provolatile)
from p join pg_language l on l.oid = prolang where prokind in ('f', 'p', 'w')
union all
select 1255, p.oid, json_build_object('kind', 'aggregate', 'schema', nspname, 'name', proname,
  'arguments', coalesce((
    select json_agg(format_type(x, null) order by number) from
    unnest(proargtypes) with ordinality y (x, number)), '[]'),
  'parameters', pg_get_function_arguments(p.oid), 'returns', pg_get_function_result(p.oid),
  'aggregate_kind', nullif(aggkind, 'n'), 'direct', nullif(aggnumdirectargs, 0),
  'transition', aggtransfn::regproc::text, 'state', format_type(aggtranstype, null),
  'space', nullif(aggtransspace, 0), 'final', nullif(aggfinalfn::oid, 0)::regproc::text,
  'final_extra', nullif(aggfinalextra, false), 'final_modify', aggfinalmodify,
  'combine', nullif(aggcombinefn::oid, 0)::regproc::text,
  'serial', nullif(aggserialfn::oid, 0)::regproc::text,
  'deserial', nullif(aggdeserialfn::oid, 0)::regproc::text, 'initial', agginitval,
  'moving_transition', nullif(aggmtransfn::oid, 0)::regproc::text,
  'moving_inverse', nullif(aggminvtransfn::oid, 0)::regproc::text,
  'moving_state', case when aggmtranstype <> 0 then format_type(aggmtranstype, null) end,
  'moving_space', nullif(aggmtransspace, 0),
  'moving_final', nullif(aggmfinalfn::oid, 0)::regproc::text,
  'moving_final_extra', nullif(aggmfinalextra, false),
  'moving_final_modify', case when aggmtransfn::oid <> 0 then aggmfinalmodify end,
  'moving_initial', aggminitval, 'sort_operator', (select 'operator(' || quote_ident(s.nspname) ||
    '.' || oprname || ')' from pg_operator join pg_namespace s on s.oid = oprnamespace
    where pg_operator.oid = aggsortop), 'parallel', nullif(proparallel, 'u'))
from p join pg_aggregate on aggfnoid = p.oid where prokind = 'a')sql";

constexpr std::string_view kOthers = R"sql(
union all
select 6104, b.oid, json_build_object('kind', 'publication', 'name', pubname,
  'all_tables', nullif(puballtables, false), 'operations', concat_ws(', ', case when pubinsert then
  'insert' end, case when pubupdate then 'update' end, case when pubdelete then 'delete' end,
  case when pubtruncate then 'truncate' end), 'via_root', nullif(pubviaroot, false),
  'generated', nullif(to_jsonb(b)->>'pubgencols', 'n'), 'tables', (
    select json_agg(json_build_array(rn.nspname, rc.relname, (
      select string_agg(quote_ident(attname), ', ' order by attname collate "C")
      from pg_attribute where attrelid = prrelid and to_jsonb(m)->'prattrs' @>
        to_jsonb(attnum)),
      (select to_jsonb(v)->>'rowfilter' from pg_publication_tables v where v.pubname = b.pubname
        and v.schemaname = rn.nspname and v.tablename = rc.relname))
      order by prrelid::regclass::text collate "C") from pg_publication_rel m
    join pg_class rc on rc.oid = prrelid join pg_namespace rn on rn.oid = rc.relnamespace
    where prpubid = b.oid),
  'schemas', (select json_agg(s.nspname order by s.nspname collate "C") from pg_depend a
    join pg_depend z on z.classid = a.classid and z.objid = a.objid
    join pg_namespace s on z.refclassid = 'pg_namespace'::regclass and s.oid = z.refobjid
    where a.classid = 6237 and a.refclassid = 'pg_publication'::regclass and a.refobjid = b.oid))
from pg_publication b
where not exists (select from member where classid = 'pg_publication'::regclass and objid = b.oid)
union all
select 826, d.oid, json_build_object('kind', 'default_privileges', 'role', (
  select rolname from pg_roles where pg_roles.oid = defaclrole and rolname <> current_user),
  'schema', (select nspname from n where n.oid = defaclnamespace), 'on', case defaclobjtype
  when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
  when 'n' then 'schemas' else 'large objects' end)
from pg_default_acl d where defaclnamespace = 0 or defaclnamespace in (select oid from n))sql";

// What differs from what an object is born with: `given` tells a GRANT from a REVOKE.
constexpr std::string_view kGrants = R"sql(,
acl as (
  select 2615 as class, n.oid, 0 as number, nspowner as owner, nspacl as acl, coalesce((
    select initprivs from pg_init_privs where classoid = 'pg_namespace'::regclass
    and objoid = n.oid), acldefault('n', nspowner)) as base from n
  union all select 1259, r.oid, 0, relowner, relacl,
    acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner) from r
  union all select 1259, r.oid, attnum, relowner, attacl,
    acldefault('c', relowner) from r
    join pg_attribute on attrelid = r.oid where attacl is not null and not attisdropped
  union all select 1255, p.oid, 0, proowner, proacl, acldefault('f', proowner) from p
  union all select 1247, t.oid, 0, typowner, typacl, acldefault('T', typowner) from t
  union all select 826, d.oid, 0, defaclrole, defaclacl, case when defaclnamespace = 0 then
    acldefault(case defaclobjtype when 'S' then 's' else defaclobjtype end, defaclrole)
    else acldefault('c', defaclrole) end from pg_default_acl d),
had as (
  select class, oid, number, grantee, privilege_type, is_grantable from acl, aclexplode(base)
  where acl is not null and grantee <> owner),
has as (
  select class, oid, number, grantee, privilege_type, is_grantable from acl, aclexplode(acl)
  where acl is not null and grantee <> owner),
given as (
  select *, true as given from (table has except table had) x
  union all select *, false from (table had except table has) x))sql";

constexpr std::string_view kUnmodelled = R"sql(
select json_build_object('kind', kind, 'name', name, 'class', class, 'oid', oid::bigint) as o
from (
  select 'collation' as kind, 3456 as class, c.oid, c.oid::regcollation::text as name
  from pg_collation c join n on n.oid = collnamespace
  union all select 'conversion', 2607, c.oid, quote_ident(nspname) || '.' || quote_ident(conname)
  from pg_conversion c join n on n.oid = connamespace
  union all select 'operator', 2617, o.oid, o.oid::regoperator::text
  from pg_operator o join n on n.oid = oprnamespace
  union all select 'operator class', 2616, c.oid, quote_ident(nspname) || '.' ||
    quote_ident(opcname) from pg_opclass c join n on n.oid = opcnamespace
  union all select 'operator family', 2753, f.oid, quote_ident(nspname) || '.' ||
    quote_ident(opfname) from pg_opfamily f join n on n.oid = opfnamespace
  union all select 'text search configuration', 3602, c.oid, c.oid::regconfig::text
  from pg_ts_config c join n on n.oid = cfgnamespace
  union all select 'text search dictionary', 3600, d.oid, d.oid::regdictionary::text
  from pg_ts_dict d join n on n.oid = dictnamespace
  union all select 'text search parser', 3601, p.oid, quote_ident(nspname) || '.' ||
    quote_ident(prsname) from pg_ts_parser p join n on n.oid = prsnamespace
  union all select 'text search template', 3764, x.oid, quote_ident(nspname) || '.' ||
    quote_ident(tmplname) from pg_ts_template x join n on n.oid = tmplnamespace
  union all select 'foreign table', 1259, r.oid, r.oid::regclass::text from r where relkind = 'f'
  union all select 'typed table', 1259, r.oid, r.oid::regclass::text from r
  where relkind in ('r', 'p') and reloftype <> 0
  union all select 'base type', 1247, t.oid, t.oid::regtype::text from t
  where typtype = 'b' and typelem = 0
  union all select 'cast', 2605, c.oid, castsource::regtype::text || ' as ' ||
    casttarget::regtype::text from pg_cast c where c.oid >= 16384 and not exists (
    select from pg_depend where classid = 'pg_cast'::regclass and objid = c.oid and deptype = 'i')
  union all select 'language', 2612, l.oid, quote_ident(lanname) from pg_language l
  where l.oid >= 16384
  union all select 'transform', 3576, x.oid, trftype::regtype::text from pg_transform x
  union all select 'access method', 2601, a.oid, quote_ident(amname) from pg_am a
  where a.oid >= 16384
  union all select 'foreign-data wrapper', 2328, w.oid, quote_ident(fdwname)
  from pg_foreign_data_wrapper w
  union all select 'foreign server', 1417, s.oid, quote_ident(srvname) from pg_foreign_server s
  union all select 'event trigger', 3466, e.oid, quote_ident(evtname) from pg_event_trigger e
) u where not exists (select from member where classid = class and objid = u.oid))sql";

constexpr std::string_view kReply = R"sql(
select json_build_object(
  'version', current_setting('server_version_num')::int,
  'user', current_user,
  'objects', (select coalesce(json_agg(json_build_array(class, oid::bigint, json_strip_nulls(o))),
    '[]') from objects),
  'depends', (select coalesce(json_agg(json_build_array(classid::bigint, objid::bigint, objsubid,
    refclassid::bigint, refobjid::bigint, refobjsubid, deptype)), '[]') from (
    select distinct classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype
    from pg_depend where refobjid >= 16384 and deptype in ('n', 'a', 'i', 'P', 'S', 'e')
    and not (classid = refclassid and objid = refobjid)) d),
  'comments', (select coalesce(json_agg(json_build_array(classoid::bigint, objoid::bigint,
    objsubid, description)), '[]') from pg_description where objoid >= 16384 or objoid in (
    select oid from n)),
  'grants', (select coalesce(json_agg(json_build_array(class, oid::bigint, number, (
    select rolname from pg_roles where pg_roles.oid = grantee), privilege_type, is_grantable,
    given)), '[]') from given),
  'roles', (select coalesce(json_agg(json_strip_nulls(json_build_object('name', rolname,
    'login', nullif(rolcanlogin, false), 'superuser', nullif(rolsuper, false),
    'create_database', nullif(rolcreatedb, false), 'create_role', nullif(rolcreaterole, false),
    'no_inherit', nullif(not rolinherit, false), 'replication', nullif(rolreplication, false),
    'bypass_row_security', nullif(rolbypassrls, false)))), '[]') from pg_roles
    where rolname !~ '^pg_' and rolname <> current_user and oid >= 16384),
  'unmodelled', (select coalesce(json_agg(o), '[]') from unmodelled))::text as model)sql";

}  // namespace

std::string introspection() {
  std::string out;
  out.append(kScope).append(",\nobjects as (").append(kNamespaces).append(kRelations);
  out.append(kColumns).append(kConstraints).append(kTypes).append(kRoutines).append(kOthers);
  out.append(")").append(kGrants).append(",\nunmodelled as (").append(kUnmodelled).append(")");
  return out.append(kReply);
}

}  // namespace ballast::schema
