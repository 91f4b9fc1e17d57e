/**
 * A database's schema as text, and how two of them differ. The server writes most of it; it is for
 * people to read, and is no dump that could be loaded.
 */

/** One row a line, in an order that does not depend on when a thing was made. */
export const kSchemaQuery = `
with n as (
  select oid, nspname from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
),
r as (
  select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join n on n.oid = c.relnamespace
),
parts as (
  select '0' || nspname as place, format('CREATE SCHEMA %I;', nspname) as text from n
    where nspname <> 'public'
  union all
  select '1' || extname, format('CREATE EXTENSION %I;', extname) from pg_extension
    where extname <> 'plpgsql'
  union all
  select '2' || t.oid::regtype::text, format('CREATE TYPE %s AS ENUM (%s);', t.oid::regtype,
    (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
      from pg_enum e where e.enumtypid = t.oid))
    from pg_type t join n on n.oid = t.typnamespace where t.typtype = 'e'
  union all
  select '3' || name, format(E'CREATE TABLE %s (\\n%s\\n);', name, (
    select string_agg(concat('    ', quote_ident(a.attname), ' ',
      format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' NOT NULL' end,
      case when d.adbin is not null then ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) end),
      E',\\n' order by a.attnum)
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped))
    from r where relkind in ('r', 'p', 'f')
  union all
  select '4' || name, format(E'CREATE VIEW %s AS\\n%s', name, pg_get_viewdef(oid))
    from r where relkind in ('v', 'm')
  union all
  select '5' || f.oid::regprocedure::text, pg_get_functiondef(f.oid) || ';'
    from pg_proc f join n on n.oid = f.pronamespace where f.prokind in ('f', 'p')
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
        and d.objid = f.oid and d.deptype = 'e')
  union all
  select '6' || r.name || k.conname,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s;', r.name, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join r on r.oid = k.conrelid where k.contype <> 'n'
  union all
  select '7' || r.name || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) || ';'
    from pg_index i join r on r.oid = i.indrelid
    where not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  union all
  select '8' || r.name || t.tgname, pg_get_triggerdef(t.oid) || ';'
    from pg_trigger t join r on r.oid = t.tgrelid where not t.tgisinternal
)
select coalesce(string_agg(text, E'\\n\\n' order by place collate "C"), '') as sql from parts`

const kContext = 3

type Line = readonly [mark: ' ' | '-' | '+', text: string]

/** What leads from one text to the other, in the form of `diff -u`; nothing where they agree. */
export function unifiedDiff(base: string, other: string, names: readonly [string, string]): string {
  const lines = diffLines(base.split('\n'), other.split('\n'))
  const changed = lines.flatMap(([mark], at) => (mark === ' ' ? [] : [at]))
  if (changed.length === 0) return ''
  const out = [`--- ${names[0]}`, `+++ ${names[1]}`]
  let end = -1
  for (const at of changed) {
    if (at < end) continue
    const from = Math.max(0, at - kContext, end)
    end = at + 1
    for (const next of changed) if (next <= end + 2 * kContext) end = Math.max(end, next + 1)
    end = Math.min(lines.length, end + kContext)
    out.push(header(lines, from, end), ...lines.slice(from, end).map(([m, text]) => m + text))
  }
  return `${out.join('\n')}\n`
}

function header(lines: readonly Line[], from: number, end: number): string {
  const count = (mark: '-' | '+', some: readonly Line[]): number =>
    some.filter(([found]) => found === ' ' || found === mark).length
  const side = (mark: '-' | '+'): string =>
    `${mark}${count(mark, lines.slice(0, from)) + 1},${count(mark, lines.slice(from, end))}`
  return `@@ ${side('-')} ${side('+')} @@`
}

/** The longest common subsequence, by the table that everybody knows: schemas are short texts. */
function diffLines(a: readonly string[], b: readonly string[]): Line[] {
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i]
      if (row === undefined) continue
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const out: Line[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push([' ', a[i] ?? ''])
      i++
      j++
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      out.push(['-', a[i++] ?? ''])
    } else {
      out.push(['+', b[j++] ?? ''])
    }
  }
  return out
}
