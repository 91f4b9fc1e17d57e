// A Drizzle schema as SQL, loaded into PostgreSQL: the catalog must say what the schema says.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTranslation, versions } from '../support/drizzle.mjs'

let translation
let drizzle
let catalog

before(async () => {
  translation = await startTranslation()
  ;({ drizzle, catalog } = translation)
})

after(() => translation?.close())

const translate = (...args) => translation.translate(...args)
const load = (...args) => translation.load(...args)

const onBoth = (name, run) =>
  describe(name, () => {
    for (const version of Object.keys(versions)) test(version, () => run(version))
  })

/** The definition of a constraint. */
const constraint = name =>
  catalog.value(`select pg_get_constraintdef(oid) from pg_constraint where conname = '${name}'`)

const defaults = async table =>
  Object.fromEntries(
    (
      await catalog.rows(
        `select attname, pg_get_expr(adbin, adrelid) as text from pg_attrdef
         join pg_attribute on attrelid = adrelid and attnum = adnum
         where adrelid = '${table}'::regclass order by attnum`,
      )
    ).map(({ attname, text }) => [attname, text]),
  )

const types = async table =>
  Object.fromEntries(
    (
      await catalog.rows(
        `select attname, format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = '${table}'::regclass and attnum > 0 order by attnum`,
      )
    ).map(({ attname, type }) => [attname, type]),
  )

onBoth('columns of every type', async version => {
  const array = version === '0.45' ? 'array().array()' : "array('[][]')"
  await load(
    version,
    `
    const other = pgSchema('Other "One"')
    export const Mood = other.enum('Mood', ['sad', "it's", 'a,b', 'q"q', 'back\\\\slash'])
    const bytes = pg.customType({ dataType: () => 'bytea' })
    export const all = pgTable('all', {
      serial: serial(), smallserial: pg.smallserial(), bigserial: pg.bigserial({ mode: 'number' }),
      integer: integer(), smallint: pg.smallint(), bigint: bigint({ mode: 'bigint' }),
      boolean: boolean(), text: text(), varchar: varchar(), varchar9: varchar({ length: 9 }),
      char: pg.char(), char3: pg.char({ length: 3 }), numeric: numeric(),
      numeric52: numeric({ precision: 5, scale: 2 }), real: pg.real(),
      double: pg.doublePrecision(), json: pg.json(), jsonb: jsonb(), uuid: pg.uuid(),
      time: pg.time(), timetz3: pg.time({ withTimezone: true, precision: 3 }),
      timestamp: timestamp(), timestamp3: timestamp({ precision: 3 }),
      timestamptz0: timestamp({ withTimezone: true, precision: 0, mode: 'string' }),
      date: pg.date(), interval: pg.interval(),
      intervalDay: pg.interval({ fields: 'day to second', precision: 3 }),
      inet: pg.inet(), cidr: pg.cidr(), macaddr: pg.macaddr(), macaddr8: pg.macaddr8(),
      point: pg.point(), line: pg.line(), bit: pg.bit({ dimensions: 4 }),
      vector: pg.vector({ dimensions: 3 }), halfvec: pg.halfvec({ dimensions: 3 }),
      sparsevec: pg.sparsevec({ dimensions: 3 }), custom: bytes(), mood: Mood(),
      moods: Mood().${array}, texts: text().array(), numbers: numeric({ precision: 5 }).${array},
      vectors: pg.vector({ dimensions: 2 }).array(),
    })`,
  )
  assert.deepEqual(await types('"all"'), {
    serial: 'integer',
    smallserial: 'smallint',
    bigserial: 'bigint',
    integer: 'integer',
    smallint: 'smallint',
    bigint: 'bigint',
    boolean: 'boolean',
    text: 'text',
    varchar: 'character varying',
    varchar9: 'character varying(9)',
    char: 'character(1)',
    char3: 'character(3)',
    numeric: 'numeric',
    numeric52: 'numeric(5,2)',
    real: 'real',
    double: 'double precision',
    json: 'json',
    jsonb: 'jsonb',
    uuid: 'uuid',
    time: 'time without time zone',
    timetz3: 'time(3) with time zone',
    timestamp: 'timestamp without time zone',
    timestamp3: 'timestamp(3) without time zone',
    timestamptz0: 'timestamp(0) with time zone',
    date: 'date',
    interval: 'interval',
    intervalDay: 'interval day to second(3)',
    inet: 'inet',
    cidr: 'cidr',
    macaddr: 'macaddr',
    macaddr8: 'macaddr8',
    point: 'point',
    line: 'line',
    bit: 'bit(4)',
    vector: 'vector(3)',
    halfvec: 'halfvec(3)',
    sparsevec: 'sparsevec(3)',
    custom: 'bytea',
    mood: '"Other ""One"""."Mood"',
    moods: '"Other ""One"""."Mood"[]',
    texts: 'text[]',
    numbers: 'numeric(5,0)[]',
    vectors: 'vector(2)[]',
  })
  assert.deepEqual(
    (await catalog.rows('select enumlabel from pg_enum order by enumsortorder')).map(
      ({ enumlabel }) => enumlabel,
    ),
    ['sad', "it's", 'a,b', 'q"q', 'back\\slash'],
  )
})

onBoth('defaults of every type', async version => {
  const array = version === '0.45' ? 'array().array()' : "array('[][]')"
  await load(
    version,
    `
    export const mood = pgEnum('mood', ['sad', "it's"])
    const shout = pg.customType({ dataType: () => 'text', toDriver: value => value + '!' })
    const bytes = pg.customType({ dataType: () => 'bytea' })
    export const t = pgTable('t', {
      text: text().default("it's \\\\ \\"quoted\\"; -- no\\nend"),
      integer: integer().default(-1),
      bigint: bigint({ mode: 'bigint' }).default(9007199254740993n),
      double: pg.doublePrecision().default(-1.5e30),
      infinite: pg.doublePrecision().default(Infinity),
      yes: boolean().default(true),
      at: timestamp({ withTimezone: true }).default(new Date('2020-01-02T03:04:05.678Z')),
      wall: timestamp().default(new Date('2020-01-02T03:04:05.678Z')),
      day: pg.date({ mode: 'date' }).default(new Date('2020-01-02T23:00:00Z')),
      object: jsonb().default({ a: "it's", b: [1, null], c: 'x"y\\\\z' }),
      list: pg.json().default(['a']),
      texts: text().array().default(['a', 'b,c', '', 'd"e', 'f\\\\g', "h'i", 'null', '{}']),
      nested: integer().${array}.default([[1, 2], [3, 4]]),
      empty: text().array().default([]),
      moods: mood().array().default(['sad', "it's"]),
      mood: mood().default("it's"),
      times: timestamp().array().default([new Date('2020-01-02T03:04:05Z')]),
      objects: jsonb().array().default([{ a: 'b"c' }]),
      points: pg.point().array().default([[1, 2], [3, 4]]),
      point: pg.point().default([1, -2]),
      spot: pg.point({ mode: 'xy' }).default({ x: 1, y: 2 }),
      line: pg.line({ mode: 'abc' }).default({ a: 1, b: 2, c: 3 }),
      vector: pg.vector({ dimensions: 2 }).default([1, 2]),
      bytes: bytes().default(Buffer.from([0, 255])),
      shout: shout().default('a'),
      shouts: shout().array().default(['a', 'b']),
      now: timestamp().defaultNow(),
      random: pg.uuid().defaultRandom(),
      inline: text().default(sql\`upper(\${"it's"}) || \${-1}::int - \${-2}::int\`),
      never: text().$defaultFn(() => 'x'),
      none: text().default(null),
    })`,
  )
  const found = await defaults('t')
  assert.deepEqual(found, {
    text: `'it''s \\ "quoted"; -- no\nend'::text`,
    integer: `'-1'::integer`,
    bigint: `'9007199254740993'::bigint`,
    double: found.double,
    infinite: `'Infinity'::double precision`,
    yes: 'true',
    at: `'2020-01-02 03:04:05.678+00'::timestamp with time zone`,
    wall: `'2020-01-02 03:04:05.678'::timestamp without time zone`,
    day: `'2020-01-02'::date`,
    object: `'{"a": "it''s", "b": [1, null], "c": "x\\"y\\\\z"}'::jsonb`,
    list: `'["a"]'::json`,
    texts: `'{a,"b,c","","d\\"e","f\\\\g",h''i,"null","{}"}'::text[]`,
    nested: `'{{1,2},{3,4}}'::integer[]`,
    empty: `'{}'::text[]`,
    moods: `'{sad,it''s}'::mood[]`,
    mood: `'it''s'::mood`,
    times: `'{"2020-01-02 03:04:05"}'::timestamp without time zone[]`,
    objects: `'{"{\\"a\\": \\"b\\\\\\"c\\"}"}'::jsonb[]`,
    points: `'{"(1,2)","(3,4)"}'::point[]`,
    point: `'(1,-2)'::point`,
    spot: `'(1,2)'::point`,
    line: `'{1,2,3}'::line`,
    vector: `'[1,2]'::vector`,
    bytes: `'\\x00ff'::bytea`,
    shout: `'a!'::text`,
    shouts: `'{a!,b!}'::text[]`,
    now: 'now()',
    random: 'gen_random_uuid()',
    inline: `(upper('it''s'::text) || ('-1'::integer - '-2'::integer))`,
  })
  const isSame = 'insert into t default values returning "double" = -1.5e30'
  assert.equal(await catalog.value(isSame), true)
})

onBoth('bytea, and texts of a column of JSON', async version => {
  const old = version === '0.45'
  await load(
    version,
    `export const t = pgTable('t', {
      ${old ? '' : "bytes: pg.bytea().default(Buffer.from('hi')),"}
      word: jsonb().default('word'), object: jsonb().default('{"a":1}'),
      zero: numeric({ mode: 'number' }).default(0), none: numeric().default('0') })`,
  )
  // Before 1.0 a text was the JSON itself, and the number of a numeric column was one.
  assert.deepEqual(await defaults('t'), {
    ...(old ? {} : { bytes: `'\\x6869'::bytea` }),
    word: `'"word"'::jsonb`,
    object: old ? `'{"a": 1}'::jsonb` : `'"{\\"a\\":1}"'::jsonb`,
    zero: old ? '0' : `'0'::numeric`,
    none: `'0'::numeric`,
  })
})

onBoth('what drizzle-kit gets wrong', async version => {
  await load(
    version,
    `
    export const odd = pgEnum('odd', ["it's", 'b'])
    export const t = pgTable('quo"ted', {
      id: integer('i"d').primaryKey(), x: text().notNull().unique('un"ique'), o: odd(),
      v: pg.vector({ dimensions: 3 }),
    }, t => [
      check('semi;colon', sql\`\${t.x} <> 'a;b'\`),
      check('comment', sql\`\${t.x} <> 'a--b' -- not more\`),
      index('where').on(t.x).where(sql\`\${t.x} <> 'a;b,c'\`),
      index('order').on(t.x.desc().nullsFirst().op('text_pattern_ops'), t.id.asc().nullsFirst()),
      index('expression').on(sql\`lower(\${t.x}) desc\`, sql\`(\${t.id} + \${-1})\`),
      pgPolicy('pol"icy', { as: 'restrictive', for: 'update', to: 'public',
        using: sql\`\${t.x} <> 'a--b'\`, withCheck: sql\`\${t.x} <> \${"it's; --"}\` }),
    ])
    export const child = pgTable('child', { id: integer().references(() => t.id) })`,
  )
  assert.equal(await constraint('semi;colon'), `CHECK ((x <> 'a;b'::text))`)
  assert.equal(await constraint('comment'), `CHECK ((x <> 'a--b'::text))`)
  assert.equal(await constraint('un"ique'), 'UNIQUE (x)')
  const [policy] = await catalog.rows('select * from pg_policies')
  assert.equal(policy.policyname, 'pol"icy')
  assert.equal(policy.permissive, 'RESTRICTIVE')
  assert.equal(policy.cmd, 'UPDATE')
  assert.equal(policy.qual, `(x <> 'a--b'::text)`)
  assert.equal(policy.with_check, `(x <> 'it''s; --'::text)`)
  const definition = name => catalog.value(`select pg_get_indexdef('"${name}"'::regclass)`)
  assert.match(await definition('where'), /WHERE \(x <> 'a;b,c'::text\)$/)
  assert.match(await definition('order'), /\(x text_pattern_ops DESC, "i""d" NULLS FIRST\)$/)
  assert.match(await definition('expression'), /\(lower\(x\) DESC, \(\("i""d" \+ '?-1'?.*\)\)\)$/)
  assert.equal(
    await catalog.value(`select pg_get_constraintdef(oid) from pg_constraint where contype = 'f'`),
    'FOREIGN KEY (id) REFERENCES "quo""ted"("i""d")',
  )
  assert.equal(await catalog.value(`select 'it''s'::odd::text`), "it's")
  assert.equal(
    await catalog.value(`select relrowsecurity from pg_class where relname = 'quo"ted'`),
    true,
  )
})

onBoth('names that the schema does not give', async version => {
  const { naming } = await load(
    version,
    `
    export const a = pgTable('a', { x: integer(), y: integer().unique(),
      z: integer().primaryKey() }, t => [unique().on(t.x, t.y), index().on(t.x.desc(), t.y)])
    export const b = pgTable('b', { p: integer(), q: integer().references(() => a.z),
      aVeryLongNameOfAColumnThatGoesOnForSome: integer().references(() => a.z) },
      t => [primaryKey({ columns: [t.p, t.q] })])`,
  )
  assert.equal(naming, version)
  const names = await catalog.rows(
    `select conname from pg_constraint where contype in ('p', 'u', 'f')
     and connamespace = 'public'::regnamespace order by conname`,
  )
  const long = 'aVeryLongNameOfAColumnThatGoesOnForSome'
  const expected = {
    0.45: ['a_pkey', 'a_x_y_unique', 'a_y_unique', 'b_p_q_pk', 'b_q_a_z_fk', `b_${long}_a_z_fk`],
    '1.0': ['a_pkey', 'a_x_y_unique', 'a_y_key', 'b_pkey', 'b_q_a_z_fkey', `b_${long}_a_z_fkey`],
  }
  assert.deepEqual(names.map(({ conname }) => conname).sort(), expected[version].sort())
  assert.equal(await catalog.value(`select 'a_x_y_index'::regclass::text`), 'a_x_y_index')
})

test('a name of a foreign key that is too long has a hash in 1.0', () => {
  const name = (table, columns, to, toColumns) =>
    drizzle.foreignKeyName('1.0', { table, columns }, { table: to, columns: toColumns })
  // Both are what drizzle-kit 1.0.0-rc.5 gave.
  const long = 'a_table_with_a_long_name'
  assert.equal(
    name(long, ['a_column_with_a_long_name'], 'another', ['identifier']),
    'a_table_with_a_long_name_owi6VQzzMX37_fkey',
  )
  const longer = 'a_table_with_a_longer_name_that_nearly_fills_it'
  assert.equal(name(longer, ['x'], 'another', ['identifier']), 'HJ73mDeZIFFt_fkey')
})

onBoth('keys, sequences, identity and generated columns', async version => {
  await load(
    version,
    `
    export const app = pgSchema('app')
    export const numbers = app.sequence('numbers',
      { startWith: 100, increment: 5, minValue: 10, maxValue: '1000', cache: 3, cycle: true })
    export const a = app.table('a', {
      id: integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 7, increment: 2 }),
      down: bigint({ mode: 'number' })
        .generatedByDefaultAsIdentity({ name: 'down', increment: -1 }),
      x: integer().notNull().default(sql\`nextval('app.numbers')\`), y: integer(),
      double: integer().generatedAlwaysAs(() => sql\`\${a.x} * \${2}\`),
      word: text().generatedAlwaysAs(sql\`'it''s'\`),
      boss: integer().references(() => a.id, { onDelete: 'set null', onUpdate: 'cascade' }),
    }, t => [
      unique('pair').on(t.x, t.y).nullsNotDistinct(),
      uniqueIndex('only_index').on(t.y),
      foreignKey({ name: 'self', columns: [t.x, t.y], foreignColumns: [t.x, t.y] })
        .onDelete('restrict'),
    ])
    export const b = pgTable('b', { y: integer().references(() => a.y) })`,
  )
  assert.equal(await constraint('pair'), 'UNIQUE NULLS NOT DISTINCT (x, y)')
  assert.equal(
    await constraint('self'),
    'FOREIGN KEY (x, y) REFERENCES app.a(x, y) ON DELETE RESTRICT',
  )
  assert.equal(
    await constraint(version === '0.45' ? 'a_boss_a_id_fk' : 'a_boss_a_id_fkey'),
    'FOREIGN KEY (boss) REFERENCES app.a(id) ON UPDATE CASCADE ON DELETE SET NULL',
  )
  const sequence = async name => {
    const [row] = await catalog.rows(
      `select * from pg_sequence where seqrelid = '${name}'::regclass`,
    )
    return [row.seqstart, row.seqincrement, row.seqmin, row.seqmax, row.seqcache, row.seqcycle]
      .map(value => String(value))
      .join(' ')
  }
  assert.equal(await sequence('app.numbers'), '100 5 10 1000 3 true')
  assert.equal(await sequence('app.a_id_seq'), '7 2 1 2147483647 1 false')
  assert.equal(await sequence('app.down'), '-1 -1 -9223372036854775808 -1 1 false')
  assert.deepEqual(await defaults('app.a'), {
    x: `nextval('app.numbers'::regclass)`,
    double: '(x * 2)',
    word: `'it''s'::text`,
  })
})

onBoth('views in any order, with what is said about them', async version => {
  const { outside } = await load(
    version,
    `
    export const users = pgTable('users', { id: integer(), fullName: text('full_name'),
      at: timestamp() })
    export const elsewhere = pgView('elsewhere', { id: integer() }).existing()
    export const middle = pgView('a_middle').with({ checkOption: 'local', securityBarrier: true })
      .as(q => q.select({ id: users.id, name: users.fullName }).from(users)
        .where(gt(users.at, new Date('2020-01-01T00:00:00Z'))))
    // What a module exports comes in the order of the names, and these are before the others.
    export const aTop = pgView('a_top').as(q => q.select().from(middle))
    export const aJoin = pgView('a_join').as(q => q.select({ id: users.id }).from(users)
      .innerJoin(middle, eq(middle.id, users.id)))
    export const aRaw = pgView('raw', { id: integer() }).with({ securityInvoker: true })
      .as(sql\`select id from "a_middle" where 'it''s' <> \${"it's"};\`)
    export const app = pgSchema('app')
    export const counts = app.materializedView('counts', { n: integer() }).withNoData()
      .with({ fillfactor: 90, autovacuumEnabled: false }).using('heap').tablespace('pg_default')
      .as(sql\`select count(*)::int as n
        from \${users} join \${elsewhere} e on e.id = \${users.id}\`)
    export const unused = pgView('unused', { id: integer() }).existing()`,
  )
  assert.deepEqual(outside, [{ kind: 'view', schema: undefined, name: 'elsewhere' }])
  const options = name => catalog.value(`select reloptions from pg_class where relname = '${name}'`)
  assert.deepEqual(await options('a_middle'), ['check_option=local', 'security_barrier=true'])
  assert.deepEqual(await options('raw'), ['security_invoker=true'])
  assert.deepEqual(await options('counts'), ['fillfactor=90', 'autovacuum_enabled=false'])
  assert.equal(
    await catalog.value(`select relispopulated from pg_class where relname = 'counts'`),
    false,
  )
  assert.deepEqual(await types('a_top'), { id: 'integer', full_name: 'text' })
  assert.match(
    await catalog.value(`select pg_get_viewdef('a_middle')`),
    /\(at > '2020-01-01 00:00:00'::timestamp without time zone\)/,
  )
  assert.equal(await catalog.value(`select to_regclass('unused')`), null)
})

test('casing of the configuration', async () => {
  await load(
    '0.45',
    `
    export const people = pgTable('people', { fullName: text().unique(), userId: integer(),
      Kept: text('Kept') }, t => [
        primaryKey({ columns: [t.userId, t.Kept] }), index().on(t.fullName),
        check('named', sql\`\${t.fullName} <> ''\`),
        foreignKey({ columns: [t.userId, t.Kept], foreignColumns: [t.userId, t.Kept] }) ])
    export const single = pgView('single').as(q =>
      q.select({ fullName: people.fullName, other: sql\`1\`.as('userId') }).from(people)
        .where(eq(people.userId, 1)))`,
    { casing: 'snake_case' },
  )
  assert.deepEqual(Object.keys(await types('people')), ['full_name', 'user_id', 'Kept'])
  assert.deepEqual(Object.keys(await types('single')), ['full_name', 'userId'])
  const facts = Object.keys(await catalog.facts())
  for (const name of [
    'constraint people_fullName_unique of people',
    'constraint people_user_id_Kept_pk of people',
    'constraint people_user_id_Kept_people_user_id_Kept_fk of people',
    'index people_full_name_index',
  ]) {
    assert.ok(
      facts.some(fact => fact.replaceAll('"', '') === name),
      `${name}: ${facts.join('\n')}`,
    )
  }
})

test('casing of the schema', async () => {
  await load(
    '1.0',
    `
    const { snakeCase, camelCase } = pg
    export const people = snakeCase.table('people', { fullName: text().unique() })
    export const things = camelCase.table('things', { full_name: text() })
    export const view = snakeCase.view('view').as(q => q.select().from(people))`,
    { casing: 'camelCase' },
  )
  assert.deepEqual(await types('people'), { full_name: 'text' })
  assert.deepEqual(await types('things'), { fullName: 'text' })
  assert.deepEqual(await types('"view"'), { full_name: 'text' })
  assert.equal(await constraint('people_full_name_key'), 'UNIQUE (full_name)')
})

test('PostgreSQL says where, and the schema says what', async () => {
  const { sql, where } = await translate(
    '0.45',
    `
    export const one = pgTable('one', {
      id: integer().primaryKey(),
      text: text().default(sql\`'two
lines'\`),
      bad: integer().default(sql\`no_such_function()\`),
    })`,
  )
  const error = await catalog.load(sql).catch(thrown => thrown)
  const line = sql.slice(0, Number(error.position)).split('\n').length
  const found = drizzle.whereIs(where, line)
  assert.equal(found.what, 'column "bad" of table "one"')
  assert.equal(found.export, 'one')
  assert.match(found.file, /schema\.ts$/)
})

test('what cannot be translated', async () => {
  const refused = async (body, message) => {
    const promise = translate('0.45', body)
    await assert.rejects(promise, error => message.test(error.message) && error.name === 'Failure')
  }
  await refused(
    `export const t = pgTable('t', { x: text() }, t => [index().on(sql\`lower(\${t.x})\`)])`,
    /table "t": an index on the expression lower\("x"\) has no name/,
  )
  await refused(
    `export const t = pgTable('t', { x: text() }, t => [index('i').on(t.nothing)])`,
    /the table exported as t: its indexes and constraints cannot be read/,
  )
  await refused(
    `export const t = pgTable('t', { x: text() }, t => [
       check('c', sql\`\${t.x} = \${sql.placeholder('p')}\`)])`,
    /table "t": a placeholder/,
  )
  await refused(
    `export const t = pgTable('t', { x: jsonb().default({ a: 1n }) })`,
    /column "x" of table "t": .*BigInt/,
  )
})
