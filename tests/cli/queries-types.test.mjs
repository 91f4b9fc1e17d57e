// The types that `ballast check` writes are those that PostgreSQL's values have, NULL included, and
// TypeScript takes them: what is used wrongly does not compile.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import '../support/elaborator.mjs'
import { top } from '../support/source.mjs'
import { workshop } from '../schema/workshop.mjs'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

const schema = `
create type mood as enum ('sad', 'ok');
create domain address as text check (value <> '');
create table users (
  id bigint primary key generated always as identity,
  email text not null unique,
  name text,
  mood mood,
  home address,
  created_at timestamptz not null default now(),
  meta jsonb,
  tags text[] not null default '{}',
  score numeric(10, 2),
  active boolean not null default true
);
create table orders (
  id int primary key,
  user_id bigint not null references users,
  total numeric not null,
  placed date,
  note varchar(20),
  mood mood not null
);
create table items (
  order_id int references orders,
  line int,
  sku uuid not null,
  qty smallint not null,
  price double precision,
  raw bytea,
  primary key (order_id, line)
);
create view paid as select o.id, u.email from orders o join users u on u.id = o.user_id;
`

const int8 = 'string | number | bigint'
const numeric = 'string | number | bigint'
const date = 'Date | string'

/** Each query with the type of its rows and that of its parameters. */
const cases = [
  ['select id, email, name from users', '{ id: string; email: string; name: string | null }'],
  ['select email, home from users where id = $1', '{ email: string; home: string | null }',
    `[${int8} | null]`],
  ['select count(*) from users', '{ count: string }'],
  ['select count(*)::int as n, max(score) as top from users', '{ n: number; top: string | null }'],
  ['select active, sum(id) as ids from users group by active', '{ active: boolean; ids: string }'],
  ['select u.email, o.total from users u join orders o on o.user_id = u.id',
    '{ email: string; total: string }'],
  ['select u.email, o.total from users u left join orders o on o.user_id = u.id',
    '{ email: string; total: string | null }'],
  ['select u.email, o.total from users u right join orders o on o.user_id = u.id',
    '{ email: string | null; total: string }'],
  ['select u.email, o.total from users u full join orders o on o.user_id = u.id',
    '{ email: string | null; total: string | null }'],
  ['select u.email, o.total from users u left join orders o on o.user_id = u.id where o.total > $1',
    '{ email: string; total: string }', `[${numeric} | null]`],
  ['insert into users (email, active) values ($1, $2) returning id, created_at',
    '{ id: string; created_at: Date }', '[string, boolean]'],
  ['insert into users (email, name, mood) values ($1, $2, $3)', null,
    "[string, string | null, 'sad' | 'ok' | null]"],
  ['update users set name = $1, score = $2 where id = $3 returning name',
    '{ name: string | null }', `[string | null, ${numeric} | null, ${int8} | null]`],
  ['delete from orders where placed < $1 returning id, mood',
    "{ id: number; mood: 'sad' | 'ok' }", `[${date} | null]`],
  ['select coalesce(name, email) as who, coalesce(name, home) as maybe from users',
    '{ who: string; maybe: string | null }'],
  ['select case when active then 1 else 2 end as a, case when active then 1 end as b from users',
    '{ a: number; b: number | null }'],
  ['select exists (select 1 from orders) as any', '{ any: boolean }'],
  ['select name is null as a, name is distinct from email as b from users',
    '{ a: boolean; b: boolean }'],
  ['select tags, tags[1] as first from users',
    '{ tags: (string | null)[]; first: string | null }'],
  ['select mood from users where mood = $1', "{ mood: 'sad' | 'ok' }", "['sad' | 'ok' | null]"],
  ['select meta, meta ->> $1 as v from users', '{ meta: unknown; v: string | null }',
    '[string | null]'],
  ['with late as (select total from orders where placed > $1) select sum(total) as t from late',
    '{ t: string | null }', `[${date} | null]`],
  ['select id from users union all select user_id from orders', '{ id: string }'],
  ['select email from users union select name from users', '{ email: string | null }'],
  ['select sku, qty, price, raw from items where (order_id, line) = ($1, $2)',
    '{ sku: string; qty: number; price: number | null; raw: Uint8Array | null }',
    '[number | null, number | null]'],
  ['select id from users where id = any($1)', '{ id: string }',
    `[((${int8}) | null)[] | string | null]`],
  ['select row_number() over (order by id) as n from users', '{ n: string }'],
  ['select lag(id) over (order by id) as n from users', '{ n: string | null }'],
  ['select note from orders where note like $1', '{ note: string }', '[string | null]'],
  ['select now() as at, current_date as day', '{ at: Date; day: Date }'],
  ['select $1::int + 1 as n', '{ n: number | null }', '[number | null]'],
  ['select null as nothing', '{ nothing: string | null }'],
  ["select 1.5 as a, 2::bigint as b, true as c, 'x' as d",
    '{ a: string; b: string; c: boolean; d: string }'],
  ["values (1, 'a'), (2, null)", '{ column1: number; column2: string | null }'],
  ['select (select o.total from orders o where o.user_id = u.id limit 1) as t from users u',
    '{ t: string | null }'],
  ["select interval '1 day' as d", "{ d: import('ballast').Interval }"],
  ['select id from users order by id limit $1 offset $2', '{ id: string }',
    `[${int8} | null, ${int8} | null]`],
  ['select email from paid', '{ email: string }'],
  ['insert into items (order_id, line, sku, qty) values ($1, $2, $3, $4) ' +
    'on conflict (order_id, line) do update set qty = excluded.qty returning qty',
  '{ qty: number }', '[number, number, string, number]'],
  ['select array_agg(email) as a, array_agg(email) filter (where active) as b ' +
    'from users group by id',
    '{ a: (string | null)[]; b: (string | null)[] | null }'],
]

let project

before(async () => {
  const calls = cases.map(([text, , params]) => {
    return `sql.query(${JSON.stringify(text)}${params === undefined ? '' : ', given'})`
  })
  project = workshop({
    'migrations/0000_all.sql': schema,
    'ballast.config.json': { migrations: 'migrations' },
    'src/queries.ts':
      `import { neon } from 'ballast'\nconst sql = neon('')\n` +
      'declare const given: never\n' +
      `export const all = () => [\n${calls.map(call => `  ${call},\n`).join('')}]\n` +
      'export const tag = () => sql`select id, name from users`\n' +
      'export const arrays = () => neon("", { arrayMode: true })`select id, name from users`\n',
    'tsconfig.json': {
      compilerOptions: {
        strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', module: 'esnext',
        moduleResolution: 'bundler', types: [], lib: ['es2022', 'dom', 'dom.iterable'],
        exactOptionalPropertyTypes: true,
      },
      include: ['src', 'ballast/queries.d.ts'],
    },
  })
  mkdirSync(project.path('node_modules'))
  symlinkSync(join(top, 'bindings/client'), project.path('node_modules/ballast'))
  await project.expect(0, ['check', '--write'])
})
after(() => project?.remove())

/** What TypeScript says of a file of the project. */
function typeErrors(code) {
  project.write({ 'src/use.ts': code })
  const run = spawnSync(process.execPath, [tsc, '-p', project.folder], { encoding: 'utf8' })
  return run.stdout
}

const head = `import { neon } from 'ballast'
import { arrays, tag } from './queries'
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
export function expect<_T extends true>(): void {}
const sql = neon('')
`

test(`rows and parameters of ${cases.length} queries`, () => {
  assert.ok(cases.length >= 30)
  const lines = cases.map(([text, row, params = '[]'], i) => `
    const text${i} = ${JSON.stringify(text)}
    declare const params${i}: ${params}
    const rows${i} = await sql.query(text${i}, params${i})
    expect<Same<typeof rows${i}, (${row ?? 'Record<string, never>'})[]>>()
    type Params${i} = import('ballast').QueryTypes[typeof text${i}]['params']
    expect<Same<Params${i}, ${params}>>()`)
  assert.equal(typeErrors(head + lines.join('\n')), '')
})

test('what is used wrongly does not compile', () => {
  const wrong = cases.flatMap(([text, row, params = '[]']) => {
    const call = `sql.query(${JSON.stringify(text)}`
    const rest = params === '[]' ? '' : `, null as unknown as ${params}`
    return [
      `await ${call}, [Symbol()])`,
      `await ${call}, [1, 2, 3, 4, 5, 6, 7])`,
      ...(params === '[]' ? [] : [`await ${call})`]),
      ...(row === null ? [] : [`(await ${call}${rest}))[0].nosuch`]),
    ]
  })
  const lines = wrong.map(line => `// @ts-expect-error\n;${line}\n`)
  assert.equal(typeErrors(head + lines.join('')), '')
})

test('what may be NULL has to be looked at first', () => {
  const text = "'select id, email, name from users'"
  const code = `const [row] = await sql.query(${text})
    export const a: number = row.email.length
    // @ts-expect-error
    export const b: number = row.name.length`
  assert.equal(typeErrors(head + code), '')
})

test('a template has the type that was written into it', () => {
  const code = `const [row] = await tag()
    expect<Same<typeof row, { id: string; name: string | null }>>()
    const [array] = await arrays()
    expect<Same<typeof array, [string, string | null]>>()
    // @ts-expect-error
    row.email`
  assert.equal(typeErrors(head + code), '')
})

test('texts that are not known are as they were', () => {
  const code = `const text: string = 'select 1'
    const rows = await sql.query(text, [1, 'a'])
    rows[0].anything
    const named = await sql.query<{ n: number }>('select 2 as n', [])
    expect<Same<typeof named, { n: number }[]>>()
    const forced = await sql.query<{ x: 1 }>('select id, email, name from users')
    expect<Same<typeof forced, { x: 1 }[]>>()
    const [[first]] = await neon('', { arrayMode: true }).query('select id, email, name from users')
    export const any: string = first`
  assert.equal(typeErrors(head + code), '')
})
