// What the schema of a database amounts to, as one hash that the server computes: after the last
// migration of a run it is kept in the journal, and whoever computes it later on the same database
// and gets another knows that the schema was changed by other means.
//
// The facts are texts that the server itself prints, under a search path that qualifies every name.
// The number in front says which query it was: one hash is only ever compared with another of the
// same number.

#include "journal.h"

namespace ballast::migrate {
namespace {

constexpr std::string_view kFacts =
    "with n as (select oid, nspname, nspacl from pg_namespace where nspname !~ '^pg_' and "
    "nspname not in "
    "('information_schema', 'ballast', 'drizzle')), "
    "r as (select c.oid, c.relkind, c.oid::regclass::text as name, c.reloptions, c.relacl, "
    "c.relrowsecurity, c.relforcerowsecurity, c.relpersistence from pg_class c "
    "join n on n.oid = c.relnamespace) "
    "select '2:' || md5(coalesce(string_agg(fact, chr(10) order by fact collate \"C\"), '')) from ("
    "select concat_ws(' ', 'relation', relkind, name, reloptions::text, relrowsecurity, "
    "relforcerowsecurity, relpersistence, relacl::text, pg_get_viewdef(case when relkind in ('v', "
    "'m') then oid "
    "end)) as fact from r where relkind <> 'i' and relkind <> 'I' "
    "union all select concat_ws(' ', 'column', r.name, a.attname, format_type(a.atttypid, "
    "a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, l.collname, a.attacl::text, "
    "pg_get_expr(d.adbin, d.adrelid)) from r join pg_attribute a on a.attrelid = r.oid "
    "left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum "
    "left join pg_collation l on l.oid = a.attcollation "
    "where r.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and not a.attisdropped "
    "union all select concat_ws(' ', 'constraint', r.name, k.conname, k.convalidated, "
    "pg_get_constraintdef(k.oid)) from r join pg_constraint k on k.conrelid = r.oid "
    "union all select concat_ws(' ', 'index', i.indisvalid, pg_get_indexdef(i.indexrelid)) "
    "from r join pg_index i on i.indrelid = r.oid "
    "union all select concat_ws(' ', 'trigger', t.tgenabled, pg_get_triggerdef(t.oid)) "
    "from r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal "
    "union all select concat_ws(' ', 'policy', r.name, p.polname, p.polcmd, p.polpermissive, "
    "p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid), "
    "pg_get_expr(p.polwithcheck, p.polrelid)) from r join pg_policy p on p.polrelid = r.oid "
    "union all select concat_ws(' ', 'rule', pg_get_ruledef(u.oid)) from r "
    "join pg_rewrite u on u.ev_class = r.oid where u.rulename <> '_RETURN' "
    "union all select concat_ws(' ', 'sequence', r.name, format_type(s.seqtypid, null), "
    "s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle) from r "
    "join pg_sequence s on s.seqrelid = r.oid "
    "union all select concat_ws(' ', 'function', f.prokind, f.oid::regprocedure::text, "
    "f.proacl::text, case when "
    "f.prokind <> 'a' then pg_get_functiondef(f.oid) end) from pg_proc f "
    "join n on n.oid = f.pronamespace where not exists (select from pg_depend where classid = "
    "'pg_proc'::regclass and objid = f.oid and deptype = 'e') "
    "union all select concat_ws(' ', 'type', t.oid::regtype::text, t.typtype, t.typnotnull, "
    "t.typdefault, format_type(nullif(t.typbasetype, 0), t.typtypmod), (select "
    "string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = "
    "t.oid), (select string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname) from "
    "pg_constraint k where k.contypid = t.oid), t.typacl::text) from pg_type t "
    "join n on n.oid = t.typnamespace "
    "where t.typtype in ('d', 'e', 'r') "
    "union all select concat_ws(' ', 'extension', extname, extversion) from pg_extension "
    "union all select concat_ws(' ', 'schema', nspname, nspacl::text) from n "
    "union all select concat_ws(' ', 'comment', pg_describe_object(classoid, objoid, objsubid), "
    "description) from pg_description where objoid >= 16384 "
    "union all select concat_ws(' ', 'statistics', pg_get_statisticsobjdef(s.oid)) "
    "from pg_statistic_ext s join n on n.oid = s.stxnamespace "
    "union all select concat_ws(' ', 'publication', p.pubname, p.puballtables, p.pubinsert, "
    "p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot, (select string_agg("
    "m.prrelid::regclass::text, ',' order by m.prrelid::regclass::text) "
    "from pg_publication_rel m where m.prpubid = p.oid)) from pg_publication p "
    "union all select concat_ws(' ', 'default privileges', d.defaclrole::regrole, "
    "d.defaclnamespace::regnamespace, d.defaclobjtype, d.defaclacl::text) "
    "from pg_default_acl d) facts";

}  // namespace

// In a block of its own, so that a catalogue which changes under its eyes costs the fingerprint and
// not the migration.
Query stamp(const std::string& hash) {
  return Query(
      "do $ballast$ begin perform set_config('search_path', 'pg_catalog', true); "
      "update ballast.journal set fingerprint = (" +
      std::string(kFacts) + ") where hash = " + quote_text(hash) +
      "; exception when others then null; end $ballast$");
}

// One row: what the last run left, and what there is now.
Query compare_fingerprints() {
  return Query(
      "select (select fingerprint from ballast.journal where fingerprint is not null "
      "order by seq desc limit 1), (" +
      std::string(kFacts) + ")");
}

}  // namespace ballast::migrate
