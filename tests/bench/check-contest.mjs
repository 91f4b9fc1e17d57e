/**
 * The checker's lines: its time for a query that it has not seen, and for one that it has. The
 * other side is what one would have otherwise: in Node PGlite, which describes the query, and
 * libpg-query, which parses it and knows no schema; in workerd, where neither loads, what a check
 * comes on top of, a small query of the official driver's.
 */
import { DATABASE_URL, stub } from './contest.mjs'
import { duel } from './duel.mjs'
import { replyBytes } from './replies.mjs'

const columns = Array.from({ length: 100 }, (_, i) => `c${i}`)
const columnTypes = ['int', 'text', 'timestamptz', 'numeric']
const wide = columns.map((name, i) => `${name} ${columnTypes[i % 4]}`).join(', ')
const more = Array.from({ length: 20 }, (_, i) => `create table more_${i} (
  id bigint primary key, name text not null, at timestamptz, amount numeric)`).join(';\n')

/** A schema of an application's size: what the queries ask for, and as much again. */
export const SCHEMA = `
create table users (user_id text primary key, email text not null unique, team_id int,
  created_at timestamptz not null default now(), metadata jsonb);
create table teams (team_id int primary key, name text not null, plan text not null);
create table products (product_id int primary key, name text not null, price numeric(10,2));
create table orders (order_id bigint primary key, user_id text not null references users,
  placed_at timestamptz not null default now(), status text not null, total numeric(12,2));
create table items (order_id bigint references orders, product_id int references products,
  quantity int not null, price numeric(10,2) not null, primary key (order_id, product_id));
create table payments (payment_id bigint primary key, order_id bigint references orders,
  amount numeric(12,2) not null, paid_at timestamptz);
create table shipments (shipment_id bigint primary key, order_id bigint references orders,
  carrier text, sent_at timestamptz);
create table reviews (review_id bigint primary key, product_id int references products,
  user_id text references users, stars int not null, body text);
create table wide (${wide});
${more};
`

const simple = n => `select user_id, email from users where user_id = $1 limit ${n}`

const join = n => `with recent as (
  select user_id, count(*) as orders, sum(total) as spent
  from orders where placed_at > now() - interval '30 days' group by user_id)
select u.email, t.name as team, r.orders, r.spent, p.name as product, sum(i.quantity) as sold
from users u join recent r on r.user_id = u.user_id left join teams t on t.team_id = u.team_id
join orders o on o.user_id = u.user_id join items i on i.order_id = o.order_id
join products p on p.product_id = i.product_id left join payments y on y.order_id = o.order_id
where u.metadata ->> 'plan' = $1 and o.status in ('paid', 'sent') and r.spent > ${n}
group by u.email, t.name, r.orders, r.spent, p.name having count(distinct y.payment_id) > 0
order by r.spent desc nulls last, p.name limit $2`

const insert = n => `insert into wide (${columns.join(', ')})
values (${n}${columns.map((_, i) => (i === 0 ? '' : `, $${i}`)).join('')}) returning c0`

// Name, text, and aim and gate of the ratio: to PGlite, to libpg-query, to the official driver. The
// aim is to cost no more than PGlite or the parser. Of new texts, 0.5x to 1x of PGlite and 0.3x to
// 0.4x of the parser are reached: the module is built for size, the parser for speed.
const LINES = [
  ['check-cached', simple, { pglite: [100, 70], parser: [20, 14], driver: [5, 3.5] }],
  ['check-new-simple', simple, { pglite: [1, 0.5], parser: [1, 0.2], driver: [0.5, 0.25] }],
  ['check-new-join', join, { pglite: [1, 0.3], parser: [1, 0.2], driver: [0.05, 0.03] }],
  ['check-new-insert', insert, { pglite: [1, 0.3], parser: [1, 0.2], driver: [0.05, 0.03] }],
]

export const CHECK_NAMES = LINES.map(([name]) => name)

// A cached check is shorter than the promise of its round.
const BATCH = 100

/**
 * One line against one peer: `theirs` does it with a text. `checker` is that of `SCHEMA`, `Memory`
 * the client's.
 */
export async function checkContest(name, { checker, Memory, peer, theirs, rounds, isWorkerd }) {
  const [, textOf, aims] = LINES.find(line => line[0] === name)
  // Texts that differ: neither may know the next one.
  let n = 0
  const ours = name === 'check-cached' ? cached(checker, Memory) : () => mustPass(checker, ++n)
  function mustPass(judge, n) {
    const { verdict, error } = judge.check(textOf(n))
    if (verdict !== 'ok') throw new Error(`${name}: ${verdict} ${error?.message}`)
  }
  function cached(judge, Kept) {
    const memory = new Kept(judge)
    return () => {
      // As a tag has it: a text put together anew, which no longer has its hash.
      for (let i = 0; i < BATCH; i++) memory.of(textOf(1))
    }
  }
  const times = await duel(() => theirs(textOf(++n)), ours, { isWorkerd, rounds })
  const per = name === 'check-cached' ? BATCH : 1
  const [ratio, low, high] = [times.ratio, times.low, times.high].map(value => value * per)
  const [aim, gate] = aims[peer]
  return {
    name, peer: PEERS[peer], ratio, low, high, aim, gate,
    officialMs: times.officialMs, oursMs: times.oursMs / per,
  }
}

const PEERS = {
  pglite: 'PGlite 0.5.14, which describes it',
  parser: 'libpg-query 18.1.5, which parses it',
  driver: '@neondatabase/serverless 1.2.0, a query with its reply',
}

/** A query of the official driver, with a reply at hand. */
export function driverQuery({ neon, neonConfig }) {
  neonConfig.fetchFunction = stub(replyBytes('small'))
  const sql = neon(DATABASE_URL, { disableWarningInBrowsers: true })
  return () => sql.query('select * from users where user_id = $1', ['user_01'])
}
