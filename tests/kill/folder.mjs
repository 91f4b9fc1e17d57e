// The folder that the kill test applies: thirty steps of all kinds, and what must be true behind
// them. `rows` is how many there are to walk over.

/** Each transactional step leaves one row in `ledger`, whose trigger counts how often it came. */
const ledger = step => `insert into ledger (step) values ('${step}');`

export function killFolder(rows) {
  const files = {}
  let number = 0
  const add = (name, sql, marked = true) => {
    const tag = `${String(number++).padStart(4, '0')}_${name}`
    files[`${tag}.sql`] = marked ? `${sql}\n${ledger(tag)}\n` : `${sql}\n`
  }
  add('ledger', `
    create table ledger (step text not null);
    create table ledger_count (step text primary key, times int not null);
    create function count_step() returns trigger language plpgsql as $$
    begin
      insert into ledger_count values (new.step, 1)
        on conflict (step) do update set times = ledger_count.times + 1;
      return new;
    end $$;
    create trigger count_step after insert on ledger for each row execute function count_step();
    create table touched (id int not null);
    create function note_touch() returns trigger language plpgsql as $$
    begin insert into touched values (new.id); return new; end $$;`)
  add('accounts', `
    create table accounts
      (id int primary key, email text not null, cents int not null, euros numeric);
    insert into accounts select g, 'user' || g || '@example.com', g * 10, null
      from generate_series(1, ${rows}) g;`)
  add('touch', `
    create trigger note_touch after update of euros on accounts
      for each row execute function note_touch();`)
  add('mood', `create type mood as enum ('calm');`)
  add('mood_value', `alter type mood add value 'glad';`, false)
  add('mood_use', `create table moods (id int, now mood default 'glad');
    insert into moods (id) values (1);`)
  add('orders', `create table orders (id int primary key, account_id int, total int);
    insert into orders select g, g, g from generate_series(1, 40) g;`)
  add('orders_index', 'create index concurrently orders_account on orders (account_id);', false)
  add('email_unique', `create unique index concurrently accounts_email on accounts (email);`, false)
  add('email_constraint',
    'alter table accounts add constraint accounts_email unique using index accounts_email;')
  add('fk', `alter table orders add constraint orders_account_fk foreign key (account_id)
      references accounts (id) not valid;`)
  add('fk_validate', 'alter table orders validate constraint orders_account_fk;')
  add('check_both', `alter table accounts add constraint cents_positive check (cents > 0) not valid;
    alter table accounts validate constraint cents_positive;`)
  add('backfill', `-- Money as a number of euros.
    update accounts set euros = cents / 100.0
      where /* ballast:batch key=(id) size=${Math.ceil(rows / 10)} */ true;`, false)
  add('euros_not_null', 'alter table accounts alter column euros set not null;')
  add('view', 'create view rich as select id, euros from accounts where euros > 1;')
  add('total_index', 'create index concurrently orders_total on orders (total);', false)
  add('two', `create table two_a (id int);
    -- ballast:commit
    create table two_b (id int);
    insert into two_b values (1);`)
  add('notes', 'create table notes (id bigint generated always as identity, body text);')
  add('notes_more', `alter table notes add column tags text[] not null default '{}';`)
  add('function', `create function double(i int) returns int language sql immutable
      begin atomic select i * 2; end;`)
  add('generated',
    'alter table orders add column twice int generated always as (double(total)) stored;')
  add('drop_index', 'drop index concurrently orders_total;', false)
  add('sequence', 'create sequence tickets start 100;')
  add('ticket', `alter table orders add column ticket bigint default nextval('tickets');`)
  add('comment', `comment on table orders is 'What was bought; with a semicolon';`)
  add('policy', `alter table notes enable row level security;
    create policy notes_all on notes using (true);`)
  add('drop_column', 'alter table accounts drop column cents;')
  add('rename', 'alter table moods rename to feelings;')
  add('last', 'drop table two_a;')
  return files
}

/**
 * One row: everything that must not depend on what happened on the way, as one text. Of tickets
 * that is how many there are, and that none is missing between them: a sequence does not go back
 * when a transaction does.
 */
export const catalogQuery = `
  select json_build_object(
    'columns', (select json_agg(format('%s.%s %s %s %s', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid)) order by c.relname, a.attnum)
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped),
    'constraints', (select json_agg(format('%s %s %s', conname, convalidated,
        pg_get_constraintdef(oid)) order by conname)
      from pg_constraint where connamespace = 'public'::regnamespace),
    'indexes', (select json_agg(format('%s %s', pg_get_indexdef(indexrelid), indisvalid)
        order by indexrelid::regclass::text)
      from pg_index join pg_class c on c.oid = indexrelid
      where c.relnamespace = 'public'::regnamespace),
    'labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum),
    'policies', (select json_agg(polname) from pg_policy),
    'accounts', (select json_build_array(count(*), sum(euros),
        count(*) filter (where euros is null)) from accounts),
    'orders', (select json_build_array(count(*), sum(twice), count(distinct ticket),
        max(ticket) - min(ticket)) from orders),
    'jobs', (select count(*) from ballast.job),
    'applied', (select json_agg(tag || segment order by tag, segment) from ballast.journal
      where kind in ('applied', 'done')),
    'drizzle', to_regclass('drizzle.__drizzle_migrations'))::text`

/** Steps that came more than once, steps that never came, batches likewise. */
export const countsQuery = `
  select (select coalesce(sum(times - 1), 0) from ledger_count)
       + (select count(*) - count(distinct id) from touched),
    (select count(*) from accounts) - (select count(distinct id) from touched),
    (select count(*) from ledger_count),
    (select count(*) - count(distinct (tag, segment)) from ballast.journal
      where kind in ('applied', 'done'))`
