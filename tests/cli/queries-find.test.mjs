// Which queries are found in the code of a project, and what their texts are.
import assert from 'node:assert/strict'
import { symlinkSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { importSources } from '../support/cli-sources.mjs'
import { makeProject } from '../support/command.mjs'

let source
const projects = []

before(async () => {
  source = await importSources(
    ...['find', 'resolve', 'tsconfig', 'files', 'text', 'write-tags'].map(x => `queries/${x}`),
  )
})
after(() => projects.forEach(project => project.remove()))

/** What is found in these files. */
async function find(files, patterns = null, prepare = () => {}) {
  const project = makeProject(files)
  projects.push(project)
  prepare(project)
  const config = source.readTypeScriptConfig(project.folder)
  const paths = await source.codeFiles(project.folder, patterns, config)
  const found = source.findQueries(paths, new source.Resolver())
  return { ...found, folder: project.folder }
}

const head = `import { neon } from 'ballast'\nconst sql = neon(url)\n`
const line = ({ source: { file, text }, offset }, folder) =>
  `${file.slice(folder.length + 1)}:${text.slice(0, offset).split('\n').length}`

/** The texts in one file that begins with a client `sql`, and why others were not read. */
async function texts(code, name = 'a.ts') {
  const found = await find({ [name]: head + code })
  assert.deepEqual(found.unreadFiles, [])
  return {
    texts: found.queries.flatMap(query => query.texts.map(({ text }) => text)),
    unread: found.unread.map(({ why }) => why),
  }
}

/** Each piece of code with the texts of its queries; null for one that cannot be read. */
function each(title, cases) {
  describe(title, () => {
    for (const [code, ...expected] of cases) {
      test(code.replace(/\s+/g, ' ').slice(0, 90), async () => {
        const { texts: found, unread } = await texts(code)
        const isUnread = expected[0] === null
        assert.deepEqual(found, isUnread ? [] : expected, JSON.stringify(unread))
        assert.equal(unread.length, isUnread ? 1 : 0, JSON.stringify(unread))
        if (isUnread) assert.match(unread[0], expected[1])
      })
    }
  })
}

each('templates', [
  ['await sql`select 1`', 'select 1'],
  ['await sql<{ a: number }>`select ${1} as a`', 'select $1 as a'],
  ['sql`select ${a}, ${b}::int`', 'select $1, $2::int'],
  ['sql`select 1`.then(done)', 'select 1'],
  ['await sql`a \\n \\x41 \\u{1F600} \\` b`.catch(x)', 'a \n A 😀 ` b'],
  ['await (sql as unknown as typeof sql)`select 2`', 'select 2'],
  ['await sql!`select 3`', 'select 3'],
  ['html`<p>`; css`a {}`; String.raw`select`'],
])

each('calls', [
  ["await sql.query('select $1', [1])", 'select $1'],
  ['await sql?.query(`select 1`)', 'select 1'],
  ['await sql.query("select" + \' 1\' + ` from t`)', 'select 1 from t'],
  ["await sql.query<{ a: number }>('select 1 as a')", 'select 1 as a'],
  ["const text = 'select 1' as const\nawait sql.query(text)", 'select 1'],
  ["const cols = 'a, b'\nawait sql.query(`select ${cols} from t`)", 'select a, b from t'],
  ["const t = { users: 'users' } as const\nawait sql.query(`table ${t.users}`)", 'table users'],
  ["enum T { Users = 'users' }\nawait sql.query(`table ${T.Users}`)", 'table users'],
  ["await sql.query(['select 1', 'from t'].join('\\n'))", 'select 1\nfrom t'],
  ["await sql.query('select 1'.trim())", 'select 1'],
  ["const f = () => 'select 1'\nawait sql.query(f())", 'select 1'],
  ["await sql.query(desc ? 'select 1' : 'select 2')", 'select 1', 'select 2'],
  ["let q = 'select 1'\nif (x) q = 'select 2'\nawait sql.query(q)", 'select 1', 'select 2'],
  ["let q = 'select 1'\nif (x) q += ' where true'\nawait sql.query(q)", null, /q is known only/],
  ["await sql.query('select ' + column)", null, /column is known only when the program runs/],
  ['function f(text: string) { return sql.query(text) }', null, /text is known only/],
  ["sql('select 1', [])", 'select 1'],
])

each('transactions', [
  ['await sql.transaction([sql`select 1`, sql.query("select 2")])', 'select 1', 'select 2'],
  ['await sql.transaction(txn => [txn`select 3`, txn.query("select 4")])', 'select 3', 'select 4'],
  ['await sql.transaction(function (t) { return [t`select 5`] })', 'select 5'],
])

each('parts of queries', [
  ['const c = sql`id = ${id}`\nawait sql`select ${x} from t where ${c}`',
    'select $1 from t where id = $2'],
  ['await sql`select * from t ${sql`order by ${sql`id`}`}`', 'select * from t order by id'],
  ['const where = id ? sql`id = ${id}` : sql`true`\nawait sql`select 1 where ${where}`',
    'select 1 where id = $1', 'select 1 where true'],
  ['let order = sql``\nif (x) order = sql`order by id`\nawait sql`select 1 ${order}`',
    'select 1 ', 'select 1 order by id'],
  ['const only = (n) => sql`limit ${n}`\nawait sql`select 1 ${only(3)}`', 'select 1 limit $1'],
  ['const by = (c) => sql`order by ${c}`\nawait sql`select 1 ${by(sql`id`)}`',
    'select 1 order by id'],
  ['const orders = { up: sql`asc`, down: sql`desc` }\nawait sql`select 1 order by 1 ${orders[x]}`',
    'select 1 order by 1 asc', 'select 1 order by 1 desc'],
  ['await sql`select ${sql.unsafe("now()")}, ${1}`', 'select now(), $1'],
  ['await sql`select ${sql.unsafe(code)}`', null, /code is known only/],
  ['const sub = sql`select id from o where o.x = t.x`\n' +
    'await sql`select * from t where exists (${sub})`',
  'select * from t where exists (select id from o where o.x = t.x)'],
  ['const both = sql`select 1`\nawait both\nawait sql`select (${both})`',
    'select 1', 'select (select 1)'],
  ['let w = sql`true`\nfor (const x of y) w = sql`${w} and ${x}`\nawait sql`select 1 where ${w}`',
    null, /put together of itself/],
  ['const rows = await sql`select 1 as n`\nawait sql`select ${rows[0].n}`',
    'select 1 as n', 'select $1'],
  ['import type { NeonQueryPromise } from "ballast"\n' +
    'const f = (w: NeonQueryPromise<false, false>) => sql`select 1 where ${w}`',
  null, /it is a NeonQueryPromise from elsewhere/],
])

each('functions that are handed something', [
  ['const list = (w) => sql`select 1 where ${w}`\nawait list(sql`id = ${1}`)\nlist(sql`true`)',
    'select 1 where id = $1', 'select 1 where true'],
  ['function find(db, id) { return db`select ${id}` }\nawait find(sql, 1)', 'select $1'],
  ['function run(db, text) { return db.query(text) }\nawait run(sql, "select 1")', 'select 1'],
  ['function f(w) { return [1].map(() => sql`select 1 ${w}`) }\nf(sql`limit 1`)',
    'select 1 limit 1'],
  ['const f = (w = sql`true`) => sql`select 1 where ${w}`\nf(sql`false`); f(undefined)',
    'select 1 where false', 'select 1 where true'],
])

test('more ways than can be looked at are not looked at', async () => {
  const choice = n => `\${c${n} ? sql\`a\` : sql\`b\`}`
  const { unread } = await texts(`sql\`select ${[1, 2, 3, 4, 5, 6, 7].map(choice).join(' ')}\``)
  assert.match(unread[0], /more than 64 ways/)
})

describe('clients, whatever they are called', () => {
  const cases = {
    'another name of neon': `import { neon as connect } from 'ballast'
      const db = connect(u)
      db\`q\``,
    'a namespace': `import * as b from '@neondatabase/serverless'\nconst db = b.neon(u)\ndb\`q\``,
    'require': `const { neon } = require('@neondatabase/serverless')\nconst db = neon(u)\ndb\`q\``,
    'a dynamic import': `const { neon } = await import('ballast')\nconst db = neon(u)\ndb\`q\``,
    'made later': `import { neon } from 'ballast'\nlet db\ndb ??= neon(u)\ndb\`q\``,
    'made by a function': `import { neon } from 'ballast'
      const make = (env) => { if (!env) throw new Error(); return neon(env.u) }
      make(env)\`q\``,
    'made by an async one': `import { neon } from 'ballast'
      async function make() { return neon(u) }
      const db = await make()
      db\`q\``,
    'a member of an object': `import { neon } from 'ballast'
      const app = { data: { db: neon(u) } }
      app.data.db\`q\``,
    'taken out of an object': `import { neon } from 'ballast'
      const { db: { main = x } } = { db: { main: neon(u) } }
      main\`q\``,
    'a parameter of its type': `import type { NeonQueryFunction as F } from 'ballast'
      export const f = (db: F<false, false>) => db\`q\``,
    'a parameter that holds it': `import type { NeonQueryFunction } from 'ballast'
      interface Base { db: NeonQueryFunction<false, false> }
      interface Deps extends Base { log: Console }
      export function f({ db }: Readonly<Deps>) { return db\`q\` }`,
    'what a function returns, as a type': `import { neon } from 'ballast'
      const make = () => neon(u)
      type Db = ReturnType<typeof make>
      export const f = (db: Db) => db\`q\``,
    'a field of a class': `import { neon } from 'ballast'
      class Repo { #db = neon(u); find() { return this.#db\`q\` } }`,
    'a field that the constructor sets': `import { neon } from 'ballast'
      class Repo { constructor(u) { this.db = neon(u) } find() { return this.db\`q\` } }`,
    'a parameter that is a field': `import type { NeonQueryFunction } from 'ballast'
      class Repo {
        constructor(private readonly db: NeonQueryFunction<false, false>) {}
        find = () => this.db\`q\`
      }`,
    'inherited': `import { neon } from 'ballast'
      class Base { db = neon(u) }
      class Repo extends Base { find() { return this.db\`q\` } }`,
    'behind a getter': `import { neon } from 'ballast'
      class Repo { get db() { return neon(u) } find() { return this.db\`q\` } }
      new Repo().db\`q\``,
  }
  for (const [title, code] of Object.entries(cases)) {
    test(title, async () => {
      const name = /require/.test(title) ? 'a.cjs' : /:|private|type /.test(code) ? 'a.ts' : 'a.mjs'
      const { queries, unreadFiles } = await find({ [name]: code.replaceAll('`q`', '`select 1`') })
      assert.deepEqual(unreadFiles, [])
      assert.ok(queries.length >= 1, 'it is not found')
    })
  }

  test('of another file, by every way of exporting', async () => {
    const { queries } = await find({
      'src/db.ts': `import { neon } from 'ballast'
        export const sql = neon(u)
        const inner = neon(u)
        export { inner as outer }
        export default function make() { return neon(u) }`,
      'src/index.ts': `export * from './db.js'\nexport { outer as again } from './db'`,
      'src/all.ts': `export * as db from './db.ts'`,
      'src/use.ts': `import { sql, again } from './index.js'
        import make from './db'
        import { db } from './all'
        import * as everything from './db.js'
        sql\`select 1\`
        again\`select 2\`
        make()\`select 3\`
        db.sql\`select 4\`
        everything.outer\`select 5\``,
    })
    const found = queries.flatMap(query => query.texts.map(({ text }) => text))
    assert.deepEqual(found, ['select 1', 'select 2', 'select 3', 'select 4', 'select 5'])
  })

  test('by paths of tsconfig.json, and of a package of the same repository', async () => {
    const { queries } = await find({
      'tsconfig.json': '{ // a comment\n "extends": "./base.json", "include": ["src"] }',
      'base.json': { compilerOptions: { baseUrl: '.', paths: { '~/*': ['src/*'] } } },
      'src/db.ts': `import { neon } from 'ballast'\nexport const sql = neon(u)`,
      'src/use.ts': `import { sql } from '~/db'
        import { other } from '@acme/db'
        sql\`select 1\`
        other\`select 2\``,
      'packages/db/package.json': { name: '@acme/db', type: 'module', main: 'index.js' },
      'packages/db/index.js': `import { neon } from 'ballast'\nexport const other = neon(u)`,
      'scripts/x.ts': `import { sql } from '../src/db'\nsql\`select 3\``,
    }, null, ({ folder }) => {
      mkdirSync(join(folder, 'node_modules/@acme'), { recursive: true })
      symlinkSync(join(folder, 'packages/db'), join(folder, 'node_modules/@acme/db'))
    })
    assert.deepEqual(queries.map(query => query.texts[0].text), ['select 1', 'select 2'])
  })

  test('by the nearest tsconfig.json, those it refers to, and what it extends', async () => {
    const db = `import { neon } from 'ballast'\nexport const sql = neon(u)`
    const use = `import { sql } from '@/db'\nsql`
    const paths = { '@/*': ['./src/*'] }
    const { queries } = await find({
      'tsconfig.json': { files: [], references: [{ path: 'apps/web' }, { path: './app.json' }] },
      'app.json': { compilerOptions: { paths }, include: ['src'] },
      'src/db.ts': db, 'src/use.ts': `${use}\`select 1\``,
      'apps/web/tsconfig.json': { compilerOptions: { paths }, include: ['src'] },
      'apps/web/src/db.ts': db, 'apps/web/src/deep/use.ts': `${use}\`select 2\``,
      'base.json': { compilerOptions: { paths: { '@/*': ['${configDir}/source/*'] } } },
      'apps/api/tsconfig.json': { extends: '../../base.json' },
      'apps/api/source/db.ts': db, 'apps/api/source/use.ts': `${use}\`select 3\``,
    })
    const found = queries.map(query => query.texts[0].text).sort()
    assert.deepEqual(found, ['select 1', 'select 2', 'select 3'])
  })

  test('by exports and imports of package.json, the source before what is built', async () => {
    const db = name => `import { neon } from 'ballast'\nexport const ${name} = neon(u)`
    const { queries } = await find({
      'package.json': { imports: { '#db': { types: './src/own.ts', default: './dist/own.js' } } },
      'src/own.ts': db('own'),
      'packages/db/package.json': { main: './dist/no.js', exports: {
        '.': { import: { types: './a.d.ts', default: './dist/index.js' }, source: './src/index' },
        './*': './src/*.ts',
      } },
      'packages/db/src/index.ts': db('a'), 'packages/db/dist/index.js': 'export const a = 1',
      'packages/db/src/other.ts': db('b'),
      'app.ts': `import { own } from '#db'
        import { a } from '@acme/db'
        import { b } from '@acme/db/other'
        own\`select 1\`
        a\`select 2\`
        b\`select 3\``,
    }, null, ({ folder }) => {
      mkdirSync(join(folder, 'node_modules/@acme'), { recursive: true })
      symlinkSync(join(folder, 'packages/db'), join(folder, 'node_modules/@acme/db'))
    })
    const found = queries.map(query => query.texts[0].text)
    assert.deepEqual(found, ['select 1', 'select 2', 'select 3'])
  })

  test('how their rows come', async () => {
    const facts = async options => {
      const { queries } = await find({
        'a.ts': `import { neon } from 'ballast'\nneon(u, ${options})\`select 1\``,
      })
      return queries[0].facts
    }
    assert.deepEqual(await facts('{}'), { rows: 'object', int8: 'string' })
    assert.deepEqual(await facts('{ arrayMode: true }'), { rows: 'array', int8: 'string' })
    assert.deepEqual(await facts("{ int8: 'bigint' }"), { rows: 'object', int8: 'bigint' })
  })
})

describe('what is not ours', () => {
  test('is left alone', async () => {
    const found = await find({
      'a.ts': `import { sql } from 'drizzle-orm'
        import postgres from 'postgres'
        import { Pool } from 'pg'
        const db = postgres(u)
        const pool = new Pool()
        sql\`select 1\`
        db\`select 2\`
        pool.query('select 3')`,
    })
    assert.deepEqual([found.queries, found.unread], [[], []])
  })

  test('but for what nobody can tell', async () => {
    const { queries, unread, folder } = await find({
      'a.ts': `export function f(ctx, db) {
        ctx.sql\`select 1\`
        db.query('select 2')
        db.query('not a query')
        ctx.html\`<p>\`
      }`,
    })
    assert.deepEqual(queries, [])
    assert.deepEqual(unread.map(each => `${line(each, folder)} ${each.why}`), [
      'a.ts:2 it cannot be told what ctx.sql is',
      'a.ts:3 it cannot be told what db is',
    ])
  })

  test('nor where an alias, a file or a package of the project leads', async () => {
    const { unread } = await find({
      'a.ts': `import { sql } from '@/db'
        import { db } from './nowhere'
        import type { Db } from '~/db'
        sql\`select 1\`
        db.query('select 2')
        export const f = (it: Db) => it\`select 3\``,
    })
    assert.deepEqual(unread.map(({ why }) => why), ['sql', 'db', 'it'].map(name =>
      `it cannot be told what ${name} is`))
  })

  test('the official Pool is ours to check', async () => {
    const { queries } = await find({
      'a.ts': `import { Pool } from '@neondatabase/serverless'
        const pool = new Pool()
        pool.query('select 1')`,
    })
    assert.equal(queries[0].texts[0].text, 'select 1')
  })
})

describe('files', () => {
  const code = name => `import { neon } from 'ballast'\nneon(u)\`select '${name}'\``
  const names = ['a.ts', 'b.tsx', 'c.js', 'd.mjs', 'e.mts', 'f.jsx', 'g.cjs', 'h.cts']
  const found = async (files, patterns) => {
    const { queries, folder } = await find(files, patterns)
    return queries.map(({ source: { file } }) => file.slice(folder.length + 1))
  }

  test('of every kind, but no packages, builds or declarations', async () => {
    const files = Object.fromEntries(names.map(name => [name, code(name)]))
    const others = ['node_modules/x/a.js', 'dist/a.js', '.hidden/a.js', 'a.d.ts', 'a.txt']
    const more = Object.fromEntries(others.map(name => [name, code(name)]))
    assert.deepEqual(await found({ ...files, ...more }), names)
  })

  test('by include and exclude of tsconfig.json', async () => {
    const files = Object.fromEntries(
      ['src/a.ts', 'src/deep/b.ts', 'src/a.test.ts', 'tools/c.ts', 'one.ts'].map(name =>
        [name, code(name)]),
    )
    const tsconfig = { include: ['src/**/*'], exclude: ['src/**/*.test.ts'], files: ['one.ts'] }
    const wanted = ['one.ts', 'src/a.ts', 'src/deep/b.ts']
    assert.deepEqual(await found({ ...files, 'tsconfig.json': tsconfig }), wanted)
    assert.deepEqual(await found({ ...files, 'tsconfig.json': { files: [] } }),
      Object.keys(files).sort())
  })

  test('by patterns of the configuration', async () => {
    const files = Object.fromEntries(
      ['src/a.ts', 'src/b.test.ts', 'lib/c.js'].map(name => [name, code(name)]),
    )
    assert.deepEqual(await found(files, ['src', '!**/*.test.ts']), ['src/a.ts'])
    assert.deepEqual(await found(files, ['lib/*.js']), ['lib/c.js'])
  })

  test('one that cannot be read is said', async () => {
    const { unreadFiles } = await find({ 'a.ts': `neon\`select\` = = {` })
    assert.equal(unreadFiles.length, 1)
  })

  test('in the newest syntax', async () => {
    const { queries, unreadFiles } = await find({
      'db.ts': `import { neon } from 'ballast'\nexport const sql = neon(u)`,
      'a.ts': `import defer * as db from './db.ts'
        import source module from './a.wasm'
        using it = f()
        const options = { a: 1 } satisfies Record<string, number>
        db.sql\`select 1\``,
    })
    assert.deepEqual([queries.length, unreadFiles], [1, []])
  })

  test('JSX and types in one file', async () => {
    const { queries } = await find({
      'a.tsx': `${head}export const A = <T,>(p: T) => <p title={String(p)}>{sql\`select 1\`}</p>`,
    })
    assert.equal(queries.length, 1)
  })
})

test('each character of a text leads back to where it stands', async () => {
  const code = `${head}const c = sql\`id =\r\n \${a}\`
    await sql\`sel\\x65ct '\\u{1F600}é' \\
      from t where \${c} and \${sql.unsafe('x\\\\y')} = \${b} z\``
  const { queries } = await find({ 'a.ts': code })
  const [query] = queries
  const [{ text }] = query.texts
  assert.equal(text, "select '😀é'       from t where id =\n $1 and x\\y = $2 z")
  const at = part => {
    const { source: file, offset } = query.texts[0].placeOf(text.indexOf(part))
    return file.text.slice(offset)
  }
  assert.match(at('ect'), /^\\x65ct/)
  assert.match(at('😀'), /^\\u\{1F600\}/)
  assert.match(at('é'), /^é/)
  assert.match(at('from'), /^from t/)
  assert.match(at('id ='), /^id =/)
  assert.match(at(' $1'), /^ \$\{a\}/)
  assert.match(at('$1'), /^a\}/)
  assert.match(at('x\\y'), /^x\\\\y/)
  assert.match(at('$2'), /^b\}/)
  assert.match(at('z'), /^z`/)
  assert.equal(query.texts[0].placeOf(text.length).offset, code.lastIndexOf('`'))
})

describe('types of rows in templates', () => {
  /** The code with the type written into its first query. */
  async function written(code, row, name = 'a.ts') {
    const { queries, folder } = await find({ [name]: head + code })
    const types = queries.filter(({ tag }) => tag).map(({ source: file, tag }) =>
      ({ source: file, tag, row }))
    const changed = source.withTypes(types)
    return changed.get(join(folder, name))?.slice(head.length)
  }
  const row = '{ id: number; name: string | null }'

  test('are added, and nothing else is touched', async () => {
    assert.equal(await written('await sql`select 1` // é\n', row),
      `await sql<${row}>\`select 1\` // é\n`)
  })
  test('take the place of those that were written', async () => {
    assert.equal(await written('await sql<{ a: string }>`select 1`', row),
      `await sql<${row}>\`select 1\``)
    assert.equal(await written('await sql<[string]>`select 1`', '[number]'),
      'await sql<[number]>`select 1`')
  })
  test('are left where a formatter has laid them out', async () => {
    const code = 'await sql<{\n  id: number,\n  name: string | null\n}>`select 1`'
    assert.equal(await written(code, row), undefined)
  })
  test('are left where a person has named them', async () => {
    assert.equal(await written('await sql<User>`select 1`', row), undefined)
  })
  test('have no place in JavaScript', async () => {
    assert.equal(await written('await sql`select 1`', row, 'a.js'), undefined)
  })
  test('that are long stand on lines of their own', async () => {
    const long = `{ ${['a', 'b', 'c', 'd'].map(x => `column_${x}: 'x; y' | null`).join('; ')} }`
    const text = await written('  const rows = await sql`select 1`', long)
    assert.equal(text, `  const rows = await sql<{
${['a', 'b', 'c', 'd'].map(x => `    column_${x}: 'x; y' | null\n`).join('')}  }>\`select 1\``)
    assert.equal(await written(text, long), undefined)
  })
  test('two in one file, from the last to the first', async () => {
    assert.equal(await written('sql`select 1`; sql`select 2`', '{ a: 1 }'),
      'sql<{ a: 1 }>`select 1`; sql<{ a: 1 }>`select 2`')
  })
})
