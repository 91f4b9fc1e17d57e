/**
 * Five schemas as applications have them, of 10 to 60 tables, from a line for each table:
 *
 *     name: column column …        every table has id bigint, its key, unless `-` comes first
 *     title                        text not null      note?        text
 *     total:numeric(10,2)          another type       email*       unique
 *     author>users                 author_id, a foreign key of users(id)
 *     users+comments+events        beside users: user_comments and user_events
 */

/** What any table may have beside it: the columns of such tables. */
const satellites = {
  notes: 'author>! body created_at:timestamptz=now()',
  events: 'kind payload:jsonb at:timestamptz=now() actor?',
  files: 'path* size:int8 checksum:bytea? uploaded:date',
  tags: 'label weight:float8?',
  history: 'version:int4 valid:tstzrange? before:jsonb? after:jsonb',
  settings: 'key* value:jsonb? changed_at:timestamp?',
}

const shop = {
  name: 'shop',
  types: `
    create type order_status as enum ('cart', 'paid', 'sent', 'done', 'void');
    create type money_amount as (amount numeric(12,2), currency char(3));
    create domain email as text check (value like '%@%');`,
  tables: `
    countries: code:char(2)* name
    customers: email:email* name born:date? country>countries? settings:jsonb='{}' vip:boolean=false
      created_at:timestamptz=now() notes?
    addresses: customer>customers street city zip:varchar(10) country>countries? main:boolean=false
    brands: name* website?
    categories: parent>categories? name position:int4=0
    products: brand>brands? name price:numeric(10,2) weight:float8? tags:text[]? active:boolean=true
      attributes:jsonb? released:date?
    -product_categories: product>products! category>categories!
    variants: product>products sku* color? size:int2? stock:int4=0
    prices: variant>variants amount:numeric(10,2) valid:daterange?
    carts: customer>customers? token:uuid* expires_at:timestamptz?
    cart_items: cart>carts variant>variants quantity:int4=1
    orders: customer>customers status:order_status='cart' total:numeric(12,2)?
      placed_at:timestamptz?
      address>addresses? comment?
    order_items: order>orders variant>variants quantity:int4 price:numeric(10,2) discount:numeric?
    payments: order>orders amount:numeric(12,2) method paid_at:timestamptz? reference?*
    refunds: payment>payments amount:numeric(12,2) reason?
    carriers: name* tracking_url?
    shipments: order>orders carrier>carriers? sent_at:timestamptz? arrived_at:timestamptz?
      weight:real?
    coupons: code* percent:int2? valid_until:date? uses:int4=0
    order_coupons: order>orders coupon>coupons
    reviews: product>products customer>customers stars:int2 title? body?
      created_at:timestamptz=now()
    wishlists: customer>customers name shared:boolean?
    wishlist_items: wishlist>wishlists product>products added_at:timestamptz=now()
    suppliers: name country>countries? rating:float4?
    supplies: supplier>suppliers product>products cost:numeric(10,2)? lead_time:interval?
    warehouses: name* location:point?
    stock_moves: warehouse>warehouses variant>variants delta:int4 at:timestamptz=now() reason?
    products+tags customers+events orders+notes products+files`,
}

const clinic = {
  name: 'clinic',
  types: `
    create type visit_state as enum ('planned', 'open', 'closed', 'missed');
    create domain percentage as numeric(5,2) check (value between 0 and 100);`,
  tables: `
    departments: name* floor:int2? head>staff?
    staff: department>departments? name title? email* hired:date left_on:date? hours:int4=40
    patients: number* name born:date sex:char(1)? phone? blood:varchar(3)? allergies:text[]?
      insured:boolean=true
    insurers: name* code:char(8)?
    policies: patient>patients insurer>insurers number* valid:daterange? share:percentage?
    rooms: department>departments name beds:int2=1
    visits: patient>patients staff>staff? room>rooms? state:visit_state='planned' begins:timestamptz
      ends:timestamptz? reason? fee:numeric(8,2)?
    diagnoses: visit>visits code:varchar(8) text? certain:boolean?
    medicines: name* unit? strength:numeric? substances:text[]?
    prescriptions: visit>visits medicine>medicines dose:numeric(6,2) every:interval? until:date?
    labs: name address?
    tests: visit>visits lab>labs? kind taken_at:timestamptz? result:jsonb? value:float8?
    bills: visit>visits policy>policies? amount:numeric(10,2) paid:boolean=false due:date?
    shifts: staff>staff during:tstzrange on_call:boolean=false
    staff+files patients+notes patients+history visits+events departments+settings tests+files`,
}

const chat = {
  name: 'chat',
  types: `create type role as enum ('owner', 'admin', 'member', 'guest');`,
  tables: `
    accounts: handle* email* display_name? avatar:bytea? last_seen:timestamptz? bot:boolean=false
      preferences:jsonb='{}'
    workspaces: name slug* owner>accounts plan:text='free' created_at:timestamptz=now()
    members: workspace>workspaces account>accounts role:role='member' joined_at:timestamptz=now()
      muted_until:timestamptz?
    channels: workspace>workspaces name topic? private:boolean=false archived_at:timestamptz?
    messages: channel>channels author>accounts? parent>messages? body sent_at:timestamptz=now()
      edited_at:timestamptz? pinned:boolean=false mentions:int8[]?
    reactions: message>messages account>accounts emoji:varchar(32) at:timestamptz=now()
    attachments: message>messages name size:int8 kind? digest:uuid?
    reads: channel>channels account>accounts message>messages? at:timestamptz?
    invites: workspace>workspaces email token:uuid* role:role? expires:timestamptz
      used:boolean=false
    devices: account>accounts name address:inet? seen:timestamp? push_token?*`,
}

const school = {
  name: 'school',
  types: `
    create type term_kind as enum ('spring', 'autumn');
    create type grade as enum ('A', 'B', 'C', 'D', 'F');
    create domain credits as int2 check (value > 0);`,
  tables: `
    buildings: name* address?
    rooms: building>buildings number:varchar(8) seats:int4? equipment:jsonb?
    faculties: name* dean>teachers?
    teachers: faculty>faculties? name email* salary:numeric(10,2)? since:date languages:text[]?
    programs: faculty>faculties name* degree length:interval?
    students: program>programs? number:int8* name email?* born:date? score:float8?
      active:boolean=true
      tutor>teachers? guardians:jsonb?
    terms: kind:term_kind year:int4 during:daterange
    courses: faculty>faculties? code:varchar(12)* title credits:credits outline? requires>courses?
    classes: course>courses term>terms teacher>teachers? room>rooms? capacity:int4=30
    lessons: class>classes begins:timestamp ends:timestamp? topic? cancelled:boolean=false
    enrolments: class>classes student>students grade:grade? enrolled_at:timestamptz=now()
      dropped:date?
    absences: lesson>lessons student>students excused:boolean? reason?
    exams: class>classes held:date? weight:numeric(4,3)=1 questions:jsonb?
    results: exam>exams student>students points:numeric(6,2)? passed:boolean? graded_by>teachers?
    assignments: class>classes title due:timestamptz? maximum:int2=100
    submissions: assignment>assignments student>students sent_at:timestamptz=now() points:int2?
      text?
    fees: student>students term>terms amount:numeric(8,2) paid_on:date?
    scholarships: name* donor? amount:numeric(8,2)?
    awards: scholarship>scholarships student>students year:int4 revoked:boolean?
    books: isbn:char(13)* title authors:text[]? published:int4? copies:int4=1
    loans: book>books student>students taken:date=current_date due:date returned:date?
    clubs: name* advisor>teachers? budget:money?
    club_members: club>clubs student>students joined:date? office?
    announcements: author>teachers? title body? shown:tstzrange?
    meals: day:date menu:text[] price:numeric(5,2)?
    orders: student>students meal>meals at:time? count:int2=1
    students+notes students+files courses+tags courses+files classes+events teachers+notes
    teachers+events programs+history exams+files books+tags clubs+events rooms+settings fees+notes
    faculties+settings`,
}

const logistics = {
  name: 'logistics',
  types: `
    create type mode as enum ('road', 'rail', 'sea', 'air');
    create type leg_state as enum ('planned', 'moving', 'done', 'lost');
    create type dimensions as (length numeric, width numeric, height numeric);
    create domain kilograms as numeric(12,3);
    create schema archive;`,
  tables: `
    companies: name* tax_number:varchar(20)?* country:char(2) parent>companies? rating:int2?
    people: company>companies? name email?* phone? born:date? roles:text[]?
    sites: company>companies name location:point? timezone:text='UTC' opens:time? closes:timetz?
    docks: site>sites code:varchar(6) reefer:boolean=false
    vehicles: company>companies plate* mode:mode capacity:kilograms? built:int2? retired:date?
    drivers: person>people licence* valid_until:date? points:int2=0
    trailers: company>companies number* axles:int2? volume:float8?
    containers: code:char(11)* size:dimensions? tare:kilograms owner>companies?
    commodities: code:varchar(10)* description hazardous:boolean=false
    contracts: shipper>companies carrier>companies? number* signed:date terms:jsonb?
      valid:daterange?
    rates: contract>contracts mode:mode per_km:numeric(8,4)? minimum:numeric(10,2)?
    bookings: contract>contracts? customer>companies placed_at:timestamptz=now() reference?*
      price:numeric?
      confirmed:boolean?
    consignments: booking>bookings commodity>commodities? weight:kilograms pieces:int4=1
      value:money?
    routes: origin>sites target>sites distance:float8? duration:interval?
    trips: route>routes? vehicle>vehicles? driver>drivers? departs:timestamptz arrives:timestamptz?
      state:leg_state='planned'
    legs: trip>trips sequence:int2 from_site>sites to_site>sites eta:timestamptz? state:leg_state?
    loads: leg>legs consignment>consignments container>containers? loaded_at:timestamptz?
      unloaded_at:timestamptz? seal?
    positions: vehicle>vehicles at:timestamptz place:point speed:real? heading:int2?
    readings: container>containers at:timestamptz temperature:numeric(5,2)? humidity:float4?
      raw:bytea?
    stops: leg>legs site>sites dock>docks? arrived:timestamptz? left_at:timestamptz? reason?
    invoices: booking>bookings number* issued:date due:date? total:numeric(12,2) paid:boolean=false
    invoice_lines: invoice>invoices text amount:numeric(12,2) vat:numeric(4,2)?
    claims: consignment>consignments reported>people? amount:numeric? settled:date? text
    documents: booking>bookings kind digest:uuid signed_by>people? content:xml?
    users: person>people? login* hash:bytea last_login:timestamptz? address:inet?
    companies+notes companies+files companies+settings people+notes people+events sites+notes
    sites+events sites+settings vehicles+files vehicles+events vehicles+history drivers+files
    drivers+events trailers+events containers+events containers+history contracts+files
    contracts+history rates+history bookings+notes bookings+events consignments+tags
    consignments+events routes+notes trips+notes trips+events legs+history invoices+files
    invoices+events claims+notes claims+files documents+tags users+events users+settings
    docks+events`,
}

const singular = name =>
  name.replace(/ies$/, 'y').replace(/(ss|x|ch|sh)es$/, '$1').replace(/([^s])s$/, '$1')

/** A column as written above; null for what is none. */
function readColumn(word) {
  const [, name, target, type, value, marks] =
    /^(\w+)(?:>(\w*))?(?::([\w(),[\]]+))?(?:=([^?*!]+))?([?*!]*)$/.exec(word)
  const nullable = marks.includes('?')
  if (target !== undefined) return { name: `${name}_id`, target, nullable, type: 'int8', marks }
  return { name, type: type ?? 'text', value, nullable, unique: marks.includes('*'), marks }
}

function readTable(head, words) {
  const joins = head.startsWith('-')
  const columns = words.map(readColumn)
  const key = joins
    ? columns.filter(column => column.target).map(column => column.name)
    : ['id']
  const name = head.replace(/^-/, '')
  const own = { name: 'id', type: 'int8', nullable: false, identity: true }
  return { name, key, columns: joins ? columns : [own, ...columns] }
}

function addSatellite(tables, word) {
  const [owner, kind] = word.split('+')
  const words = satellites[kind].split(' ')
  const table = readTable(`${singular(owner)}_${kind}`, [`${singular(owner)}>${owner}`, ...words])
  // An author is whoever there is in the schema that people write as.
  const author = tables.find(({ name }) => /^(users|staff|teachers|accounts|customers)$/.test(name))
  for (const column of table.columns) {
    if (column.target === '') column.target = (author ?? tables[0]).name
  }
  tables.push(table)
}

function readTables(text) {
  const tables = []
  let words = []
  let head = null
  const flush = () => head !== null && tables.push(readTable(head, words))
  for (const word of text.trim().split(/\s+/)) {
    if (word.endsWith(':')) {
      flush()
      head = word.slice(0, -1)
      words = []
    } else if (word.includes('+')) {
      flush()
      head = null
      addSatellite(tables, word)
    } else {
      words.push(word)
    }
  }
  flush()
  return tables
}

const plain = /^(?:-?\d|true|false|now\(|current_|')/
const literal = value => (plain.test(value) ? value : `'${value}'`)

function columnSql(column) {
  const parts = [column.name, column.type]
  if (column.identity) parts.push('generated by default as identity primary key')
  if (!column.nullable && !column.identity) parts.push('not null')
  if (column.unique) parts.push('unique')
  if (column.value !== undefined) parts.push('default', literal(column.value))
  return parts.join(' ')
}

/** The schema's SQL: keys that refer to other tables come last, since tables refer both ways. */
function schemaSql({ types }, tables) {
  const creates = tables.map(table => {
    const key = table.key[0] === 'id' ? [] : [`primary key (${table.key.join(', ')})`]
    const parts = [...table.columns.map(columnSql), ...key]
    return `create table "${table.name}" (\n  ${parts.join(',\n  ')});`
  })
  const references = tables.flatMap(table =>
    table.columns
      .filter(column => column.target)
      .map(
        ({ name, target }) =>
          `alter table "${table.name}" add foreign key (${name}) references "${target}" (id);`,
      ),
  )
  const views = tables.slice(0, 4).map(
    ({ name, columns }) =>
      `create view recent_${name} as select ${columns.map(column => `t.${column.name}`).join(', ')}
       from "${name}" t order by 1 desc limit 10;`,
  )
  return [types, ...creates, ...references, ...views].join('\n')
}

/** `{ name, tables, sql }` each. */
export const schemas = [chat, clinic, shop, school, logistics].map(description => {
  const tables = readTables(description.tables)
  return { name: description.name, tables, sql: schemaSql(description, tables) }
})
