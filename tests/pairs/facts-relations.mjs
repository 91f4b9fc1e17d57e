/** Facts of tables, views, sequences, and what belongs to them, as selects of one column `fact`. */

/** Privileges as sorted text; the owner's name and the grantor's are left out. */
export const aclText = (acl, kind, owner) => `(select string_agg(line, ', ' order by line) from (
  select format('%s:%s%s', case when grantee = 0 then 'public' when grantee = ${owner} then 'owner'
    else grantee::regrole::text end, privilege_type, case when is_grantable then '*' else '' end)
    as line
  from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner})))) lines)`

const isUserRelation = "r.relkind in ('r', 'p', 'v', 'm', 'f')"

const relations = `select format('relation %s kind %s persistence %s options %s access %s '
    'replica %s row security %s %s populated %s privileges %s partition key %s bound %s '
    'parents %s type %s',
  r.name, r.relkind, r.relpersistence,
  (select array_agg(o order by o) from unnest(r.reloptions) o),
  (select amname from pg_am where oid = r.relam and r.relkind <> 'p'), r.relreplident,
  r.relrowsecurity, r.relforcerowsecurity, r.relispopulated,
  ${aclText('r.relacl', 'r', 'r.relowner')},
  case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
  pg_get_expr(r.relpartbound, r.oid),
  (select array_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i
    where i.inhrelid = r.oid),
  nullif(r.reloftype, 0)::regtype) as fact
from relation r where ${isUserRelation}`

// Storage of a composite type's attribute cannot be set; of a table's column it can.
const columns = `select format('column %s.%I type %s collation %s not null %s default %s '
    'identity %s generated %s storage %s compression %s statistics %s options %s inherited %s '
    'privileges %s',
  r.name, a.attname, format_type(a.atttypid, a.atttypmod),
  (select format('%I.%I', n.nspname, c.collname) from pg_collation c
    join pg_namespace n on n.oid = c.collnamespace
    where c.oid = a.attcollation and c.oid <> t.typcollation),
  a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attstorage,
  a.attcompression, nullif(coalesce((to_jsonb(a)->>'attstattarget')::int, -1), -1),
  (select array_agg(o order by o) from unnest(a.attoptions) o), a.attinhcount > 0,
  case when a.attacl is not null then ${aclText('a.attacl', 'c', 'r.relowner')} end)
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
where ${isUserRelation}`

// Columns of a view stand in its definition, in their order.
const views = `select format('definition of %s: %s', r.name, pg_get_viewdef(r.oid))
from relation r where r.relkind in ('v', 'm')`

// The names of a partition's copies are made up; the parent's index is valid only with all of them.
const indexes = `select format('index %s on %s: %s valid %s ready %s clustered %s replica %s '
    'immediate %s statistics %s persistence %s',
  r.name, x.indrelid::regclass, pg_get_indexdef(r.oid), x.indisvalid, x.indisready,
  x.indisclustered, x.indisreplident, x.indimmediate,
  (select string_agg(format('%s=%s', a.attnum, to_jsonb(a)->>'attstattarget'), ','
      order by a.attnum)
    from pg_attribute a where a.attrelid = r.oid and (to_jsonb(a)->>'attstattarget')::int >= 0),
  r.relpersistence)
from relation r join pg_index x on x.indexrelid = r.oid
where r.relkind in ('i', 'I') and not r.relispartition`

// Each partition has the indexes of its parent, whatever they are called.
const partitionIndexes = `select format('partition %s has a copy of index %s valid %s',
  x.indrelid::regclass, i.inhparent::regclass, x.indisvalid)
from relation r join pg_index x on x.indexrelid = r.oid
join pg_inherits i on i.inhrelid = r.oid
where r.relkind in ('i', 'I') and r.relispartition`

// An heir that was made after a constraint that is not valid has a valid copy of it. One that
// comes to a parent later keeps it as its own besides, as its columns, and no DDL takes that away.
const constraints = `select format('constraint %I on %s type %s: %s valid %s inherited %s',
  c.conname, r.name, c.contype,
  regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
  case when c.coninhcount = 0 then c.convalidated end, c.coninhcount > 0)
from pg_constraint c join relation r on r.oid = c.conrelid
where c.conparentid = 0 and c.contype not in ('n', 't')`

// Version 18 keeps NOT NULL as constraints: their names are often made up, their state is not.
const notNullStates = `select format('not null of %s.%I valid %s no inherit %s',
  r.name, a.attname, c.convalidated, c.connoinherit)
from pg_constraint c join relation r on r.oid = c.conrelid
join pg_attribute a on a.attrelid = r.oid and a.attnum = c.conkey[1]
where c.contype = 'n' and (not c.convalidated or c.connoinherit)`

const sequences = `select format('sequence %s type %s start %s increment %s from %s to %s cache %s '
    'cycle %s persistence %s owned by %s %s privileges %s',
  r.name, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
  s.seqcycle, r.relpersistence,
  (select format('%s.%I', d.refobjid::regclass, a.attname) from pg_attribute a
    where a.attrelid = d.refobjid and a.attnum = d.refobjsubid), d.deptype,
  ${aclText('r.relacl', 's', 'r.relowner')})
from relation r join pg_sequence s on s.seqrelid = r.oid
left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = r.oid
  and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')`

const triggers = `select format('trigger %I on %s: %s enabled %s', t.tgname, r.name,
  pg_get_triggerdef(t.oid), t.tgenabled)
from pg_trigger t join relation r on r.oid = t.tgrelid
where not t.tgisinternal and t.tgparentid = 0`

// A partition's copy of a trigger can be switched off alone.
const triggerCopies = `select format('trigger %I on partition %s enabled %s', t.tgname, r.name,
  t.tgenabled)
from pg_trigger t join relation r on r.oid = t.tgrelid
where not t.tgisinternal and t.tgparentid <> 0`

const rules = `select format('rule %I on %s: %s enabled %s', w.rulename, r.name,
  pg_get_ruledef(w.oid), w.ev_enabled)
from pg_rewrite w join relation r on r.oid = w.ev_class
where w.rulename <> '_RETURN'`

const policies = `select format('policy %I on %s command %s permissive %s to %s using %s check %s',
  p.polname, r.name, p.polcmd, p.polpermissive,
  (select array_agg(case o when 0 then 'public' else o::regrole::text end order by o::regrole::text)
    from unnest(p.polroles) o),
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
from pg_policy p join relation r on r.oid = p.polrelid`

// Columns of extended statistics are kept in the order of the table, so they are sorted by name.
const statistics = `select format('statistics %I.%I on %s of %s kinds %s expressions %s target %s',
  n.nspname, s.stxname, s.stxrelid::regclass,
  (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
    where a.attrelid = s.stxrelid and a.attnum = any (s.stxkeys)),
  (select array_agg(k order by k) from unnest(s.stxkind::text[]) k),
  (select array_agg(e order by e) from unnest(pg_get_statisticsobjdef_expressions(s.oid)) e),
  nullif(coalesce((to_jsonb(s)->>'stxstattarget')::int, -1), -1))
from pg_statistic_ext s join user_schema n on n.oid = s.stxnamespace`

export const relationFacts = [
  relations, columns, views, indexes, partitionIndexes, constraints, notNullStates, sequences,
  triggers, triggerCopies, rules, policies, statistics,
]
