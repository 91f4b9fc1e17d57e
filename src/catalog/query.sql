-- What a database has beyond what PostgreSQL 17 has built in, as one cell of text; README.md says
-- how it is written. It serves PostgreSQL 14 to 18, whatever the search path is: within, it is
-- empty, so that every name in a view's definition is printed with its schema.
--
-- query.mjs replaces the words that begin with a colon: by what 17 has, so that a server of
-- another major tells what else it has, and :text(x) by an expression that escapes x. It names
-- functions with their schema, since one that fits better may stand in any schema of the path.
with path as materialized (
  -- It was `former`; that `now` is asked before anything is printed makes it empty by then.
  select former, set_config('search_path', case when former is not null then '' end, true) as now
  from (select current_setting('search_path') as former offset 0) s),
server as materialized (
  select v as version, v / 10000 <> 17 as other from cast(current_setting('server_version_num') as int) v),
n as materialized (
  select oid, case when oid = pg_my_temp_schema() then 'pg_temp' else nspname end as name,
    nspname in ('pg_catalog', 'information_schema') as system
  from pg_catalog.pg_namespace
  where nspname !~ '^pg_(toast$|temp_|toast_temp_)' or oid = pg_my_temp_schema()),
t as materialized (
  select t.* from pg_catalog.pg_type t join n on n.oid = typnamespace
  where typisdefined and (not system or t.oid >= 16384 or (select other from server)
    and t.oid < 10000 and not ':types'::int4multirange @> t.oid::int)),
p as materialized (
  select p.* from pg_catalog.pg_proc p join n on n.oid = pronamespace
  where (not system or p.oid >= 16384 or (select other from server)
    and p.oid < 10000 and (not ':functions'::int4multirange @> p.oid::int
      -- In another major these are other functions, or have other arguments.
      or p.oid in (2172, 2599, 2739, 2769, 2770, 2771, 3160, 3161, 3261, 3262, 3577, 3578, 3786,
        3813, 6119, 6230)))
    and 'pg_catalog.internal'::regtype <> all (proargtypes)),
o as materialized (
  select o.* from pg_catalog.pg_operator o join n on n.oid = oprnamespace
  where oprcode <> 0 and (not system or o.oid >= 16384 or (select other from server)
    and o.oid < 10000 and not ':operators'::int4multirange @> o.oid::int)),
x as materialized (
  select * from pg_catalog.pg_cast
  where oid >= 16384 or (select other from server)
    and castsource || ' ' || casttarget <> all (':casts'::text[])),
r as materialized (
  select c.* from pg_catalog.pg_class c join n on n.oid = relnamespace
  where relkind in ('r', 'p', 'v', 'm', 'f', 'c', 'S') and (not system or c.oid >= 16384 or (
    select other from server) and (
      select left(md5(concat(relname, ' ', string_agg(concat(attname, ' ', typname), ' '
        order by attnum))), 8)
      from pg_catalog.pg_attribute join pg_catalog.pg_type on pg_type.oid = atttypid
      where attrelid = c.oid and attnum > 0
    ) <> all (':relations'::text[]))),
-- Types that initdb numbers, differently on each server: they are known by their names.
m as (
  select t.oid, typnamespace, typname from pg_catalog.pg_type t join n on n.oid = typnamespace
  where system and t.oid between 10000 and 16383 and t.oid in (
    select atttypid from pg_catalog.pg_attribute where attrelid in (select oid from r)
    union all select reltype from r
    union all select unnest(array[typelem, typbasetype]) from t
    union all select rngsubtype from pg_catalog.pg_range
    union all select unnest(proargtypes || prorettype) from p
    union all select unnest(proallargtypes) from p
    union all select unnest(array[oprleft, oprright, oprresult]) from o
    union all select unnest(array[castsource, casttarget]) from x)),
-- The domains below each domain, itself included.
below as materialized (
  with recursive below(domain, oid) as (
    select oid, oid from t where typtype = 'd'
    union all
    select domain, typbasetype from below join pg_catalog.pg_type on pg_type.oid = below.oid
    where typtype = 'd')
  select domain, bool_or(typnotnull) as not_null,
    bool_or(exists (select from pg_catalog.pg_constraint where contypid = pg_type.oid
      and contype = 'c')) as checked
  from below join pg_catalog.pg_type on pg_type.oid = below.oid where typtype = 'd'
  group by domain),
-- Columns that say NOT NULL and may have a NULL all the same: where a child by inheritance does not
-- say it, or is a foreign table, which nobody holds to it, or where it is not validated yet.
kin(parent, child, is_foreign) as (
  with recursive kin(parent, child, is_foreign) as (
    select inhparent, inhrelid, relkind = 'f'
    from pg_catalog.pg_inherits join pg_catalog.pg_class on pg_class.oid = inhrelid
    where relkind = 'f' or not relispartition
    union
    select inhparent, child, is_foreign from kin join pg_catalog.pg_inherits on inhrelid = parent)
  select * from kin),
loose as materialized (
  select parent as relation, a.attnum as number
  from kin join pg_catalog.pg_attribute a on a.attrelid = parent
  join pg_catalog.pg_attribute b on b.attrelid = child and b.attname = a.attname
  where a.attnum > 0 and a.attnotnull and (is_foreign or not b.attnotnull)
  union all
  select conrelid, conkey[1] from pg_catalog.pg_constraint
  where contype = 'n' and not convalidated and conrelid <> 0),
lines(place, line) as (
  select 0, concat_ws(e'\t', 2, version) from server
  union all
  select 1, concat_ws(e'\t', 's', oid, :text(name)) from n where name <> 'pg_catalog'
  union all
  select 2, concat_ws(e'\t', 'm', oid, typnamespace, :text(typname)) from m
  union all
  select 3, rtrim(concat_ws(e'\t', 't', t.oid, typnamespace, :text(typname), typtype,
    typcategory, typlen, concat(case when typispreferred then 'p' end,
      case when not_null then 'n' end, case when checked then 'c' end,
      case when t.oid in (select opcintype from pg_catalog.pg_opclass
        where opcdefault and opcmethod = 403) then 'o' end,
      case when t.oid in (select opcintype from pg_catalog.pg_opclass
        where opcdefault and opcmethod = 405) then 'h' end,
      case when typmodin <> 0 then 'm' end,
      case typsubscript when 0 then '' when 'pg_catalog.array_subscript_handler'::regproc then 'a'
        when 'pg_catalog.raw_array_subscript_handler'::regproc then 'r'
        when 'pg_catalog.jsonb_subscript_handler'::regproc then 'j' else 'x' end),
    typarray, typelem, typcollation, typrelid, typbasetype, typtypmod,
    coalesce(r.rngsubtype, s.rngtypid, 0), coalesce(r.rngmultitypid, 0)), e'\t')
  from t left join pg_catalog.pg_range r on r.rngtypid = t.oid
  left join pg_catalog.pg_range s on s.rngmultitypid = t.oid left join below on domain = t.oid
  where typcategory <> 'A' or typsubscript <> 'pg_catalog.array_subscript_handler'::regproc
    or typtype <> 'b'
  union all
  select 4, concat_ws(e'\t', 'a', oid, typnamespace, :text(typname), typelem, typcollation,
    case when typmodin <> 0 then 'm' end)
  from t where typcategory = 'A' and typtype = 'b'
    and typsubscript = 'pg_catalog.array_subscript_handler'::regproc
  union all
  select 5, concat_ws(e'\t', 'l', enumtypid,
    string_agg(:text(enumlabel), e'\t' order by enumsortorder))
  from pg_catalog.pg_enum where enumtypid in (select oid from t) group by enumtypid
  union all
  select 6, rtrim(concat_ws(e'\t', 'f', p.oid, pronamespace, :text(proname), prorettype, proargtypes,
    concat(prokind, provolatile, coalesce(aggkind, '-'), case when proisstrict then 's' end,
      case when proretset then 'r' end),
    provariadic, pronargdefaults, coalesce(aggnumdirectargs, 0),
    coalesce(array_to_string(proallargtypes, ' '), case when proargmodes is not null
      then proargtypes::text end, ''),
    coalesce(array_to_string(proargmodes, ''), ''),
    coalesce((select string_agg(:text(name), e'\t' order by i)
      from unnest(proargnames) with ordinality u(name, i)), '')), e'\t')
  from p left join pg_catalog.pg_aggregate on aggfnoid = p.oid
  union all
  select 7, concat_ws(e'\t', 'o', oid, oprnamespace, oprname, oprleft, oprright, oprresult,
    oprcode::oid, oprnegate)
  from o
  union all
  select 8, concat_ws(e'\t', 'x', castsource, casttarget, castfunc, castcontext, castmethod) from x
  union all
  select 8, concat_ws(e'\t', 'i', relnamespace, string_agg(:text(relname), e'\t' order by relname))
  from pg_catalog.pg_class join n on n.oid = relnamespace
  where relkind in ('i', 'I') and not system group by relnamespace
  union all
  select 9, concat_ws(e'\t', 'n', collnamespace, :text(collname), c.oid)
  from pg_catalog.pg_collation c join n on n.oid = collnamespace
  where (not system or c.oid >= 16384)
    and collencoding in (-1, (select encoding from pg_catalog.pg_database
      where datname = current_database()))
  union all
  select 10, concat_ws(e'\n', rtrim(concat_ws(e'\t', 'r', r.oid, relnamespace, :text(relname),
      relkind, reltype, instead, rules, case when relkind = 'v' then automatic & ~instead else 0 end,
      coalesce((select string_agg(inhparent::text, ' ' order by inhseqno)
        from pg_catalog.pg_inherits where inhrelid = r.oid), ''),
      case when relkind in ('v', 'm') and (select now from path) = ''
        then :text(btrim(pg_catalog.pg_get_viewdef(r.oid), ' ;')) else '' end), e'\t'),
    case when relkind <> 'S' then (
      select string_agg(case when attisdropped then 'c' else rtrim(concat_ws(e'\t', 'c',
          :text(attname), atttypid, concat(case when attnotnull and relkind <> 'f'
              and (attrelid, attnum) not in (select relation, number from loose) then 'n' end,
            case when atthasdef or attidentity <> '' then 'd' end,
            case attidentity when 'a' then 'A' when 'd' then 'D' end,
            case attgenerated when 's' then 'S' when 'v' then 'V' end),
          case when atttypmod = -1 then '' else atttypmod::text end,
          case when attcollation <> typcollation then attcollation::text else '' end), e'\t') end,
        e'\n' order by attnum)
      from pg_catalog.pg_attribute left join pg_catalog.pg_type on pg_type.oid = atttypid
      where attrelid = r.oid and attnum > 0) end,
    case when relhasindex then (
      select string_agg(rtrim(concat_ws(e'\t', 'k', :text(k.relname),
          array_to_string((indkey::int2[])[0:indnkeyatts - 1], ' '),
          concat(case when indisprimary then 'p' end, case when indisunique then 'u' end,
            case when indimmediate then 'i' end,
            case when indexrelid in (select conindid from pg_catalog.pg_constraint
              where contype in ('p', 'u', 'x')) then 'c' end),
          case when (select now from path) = '' and indexprs is not null
            then :text(pg_catalog.pg_get_expr(indexprs, indrelid)) else '' end,
          case when (select now from path) = '' and indpred is not null
            then :text(pg_catalog.pg_get_expr(indpred, indrelid)) else '' end), e'\t'),
        e'\n' order by indexrelid)
      from pg_catalog.pg_index join pg_catalog.pg_class k on k.oid = indexrelid
      where indrelid = r.oid and (indisunique or indisexclusion) and indisvalid and indisready) end)
  from r
  cross join lateral (select
    (select coalesce(bit_or(bit) filter (where is_instead and ev_qual = '<>'), 0)
      from pg_catalog.pg_rewrite, (values ('2', 2), ('3', 1), ('4', 4)) v(type, bit)
      where relhasrules and ev_class = r.oid and ev_type::text = type and ev_enabled in ('O', 'A'))
    | (select coalesce(bit_or(((tgtype >> 2) & 1) | ((tgtype >> 3) & 2) | ((tgtype >> 1) & 4)), 0)
      from pg_catalog.pg_trigger where relhastriggers and tgrelid = r.oid and tgtype & 64 <> 0
    ) as instead,
    (select coalesce(bit_or(bit), 0)
      from pg_catalog.pg_rewrite, (values ('2', 2), ('3', 1), ('4', 4)) v(type, bit)
      where relhasrules and ev_class = r.oid and ev_type::text = type and ev_enabled in ('O', 'A')
    ) as rules,
    (select ((u >> 3) & 1) | ((u >> 1) & 2) | ((u >> 2) & 4)
      from pg_catalog.pg_relation_is_updatable(case when relkind = 'v' then r.oid end, true) u
    ) as automatic) b)
-- The former path is set again once all is printed, since this asks for the text.
select text from (
  select string_agg(line, e'\n' order by place, line collate "C") || e'\n.\n' as text from lines
  offset 0) s
where set_config('search_path', case when text is not null then (select former from path) end, true)
  is not null
