/**
 * PostgreSQL's regression suite: its files in their order, each in a session of its own, and each
 * statement that reads or writes rows described by the server and by us just before it runs.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { top } from '../../support/source.mjs'
import { describe } from './own.mjs'
import { Script } from './psql.mjs'
import {
  domainsQuery, markQuery, readDomains, schemaQuery, stateQuery,
} from './schema-text.mjs'

const folder = join(
  process.env.POSTGRES_SOURCE_DIR ?? join(top, 'build/deps/postgresql-17'),
  'src/test/regress/sql',
)

// As the suite's schedule has them; what is in the folder beyond comes last.
const schedule = `
  test_setup tablespace
  boolean char name varchar text int2 int4 int8 oid float4 float8 bit numeric txid uuid enum money
  rangetypes pg_lsn regproc strings md5 numerology point lseg line box path polygon circle date time
  timetz timestamp timestamptz interval inet macaddr macaddr8 multirangetypes geometry horology
  tstypes regex type_sanity opr_sanity misc_sanity comments expressions unicode xid mvcc database
  copy copyselect copydml insert insert_conflict create_function_c create_misc create_operator
  create_procedure create_table create_type create_schema create_index create_index_spgist
  create_view index_including index_including_gist create_aggregate create_function_sql create_cast
  constraints triggers select inherit typed_table vacuum drop_if_exists updatable_views
  roleattributes create_am hash_func errors infinite_recurse sanity_check select_into
  select_distinct select_distinct_on select_implicit select_having subselect union case join
  aggregates transactions random portals arrays btree_index hash_index update delete namespace
  prepared_xacts brin gin gist spgist privileges init_privs security_label collate matview lock
  replica_identity rowsecurity object_address tablesample groupingsets drop_operator password
  identity generated join_hash brin_bloom brin_multi create_table_like alter_generic alter_operator
  misc async dbsize merge misc_functions sysviews tsrf tid tidscan tidrangescan collate.utf8
  collate.icu.utf8 incremental_sort create_role rules psql psql_crosstab amutils stats_ext
  collate.linux.utf8 collate.windows.win1252 select_parallel write_parallel vacuum_parallel
  maintain_every publication subscription select_views portals_p2 foreign_key cluster dependency guc
  bitmapops combocid tsearch tsdicts foreign_data window xmlmap functional_deps advisory_lock
  indirect_toast equivclass json jsonb json_encoding jsonpath jsonpath_encoding jsonb_jsonpath
  sqljson sqljson_queryfuncs sqljson_jsontable plancache limit plpgsql copy2 temp domain rangefuncs
  prepare conversion truncate alter_table sequence polymorphism rowtypes returning largeobject with
  xml partition_join partition_prune reloptions hash_part indexing partition_aggregate
  partition_info tuplesort explain compression compression_pglz memoize stats predicate oidjoins
  event_trigger event_trigger_login fast_default`.trim().split(/\s+/)

/** The suite's files in order. */
function filesOf(only) {
  const there = readdirSync(folder).map(name => name.replace(/\.sql$/, '')).sort()
  const all = [...schedule.filter(name => there.includes(name))]
  all.push(...there.filter(name => !schedule.includes(name)))
  return all.filter(name => only === undefined || only.includes(name))
}

// What would end PGlite, or ask it for another process.
const notEmbedded = new Set([
  ...['infinite_recurse', 'tablespace', 'database', 'subscription', 'prepared_xacts'],
  'largeobject',
])

const lost = /server closed|stopped answering|ECONN|EPIPE|57P03|recovery mode/
const setup = 'test_setup'
const dml = /^[\s(]*(select|insert|update|delete|merge|values|with|table)\b/i
const comments = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)+/
// Their own words about the session, which are no part of a schema, as `stateQuery` has them.
const hinders = {
  DateStyle: value => !/MDY/.test(value) && 'DateStyle',
  IntervalStyle: value => value === 'sql_standard' && 'IntervalStyle',
  standard_conforming_strings: value => value !== 'on' && 'standard_conforming_strings',
  row_security: value => value !== 'on' && 'row_security',
  restrict_nonsystem_relation_kind: value => value !== '' && 'restrict_nonsystem_relation_kind',
}

/** A session on a server, with the checker told what it needs to know of it. */
class Session {
  #server
  #checker
  #score
  #loaded
  #path = null
  wire

  constructor(server, checker, score, loaded) {
    this.#server = server
    this.#checker = checker
    this.#score = score
    this.#loaded = loaded
  }

  async connect(user) {
    const wire = await this.#server.connect(user)
    this.wire?.close()
    this.wire = wire
    this.#path = null
    // What is temporary was another session's.
    this.#loaded.written = null
    this.#loaded.mark = null
  }

  /** A server that has fallen needs a while to stand up. */
  async connectAgain() {
    for (let tries = 1; ; tries++) {
      try {
        return await this.connect(null)
      } catch (error) {
        if (tries === 60 || !lost.test(error.message)) throw error
        await new Promise(resolve => setTimeout(resolve, 500))
      }
    }
  }

  /** Tells the checker of the schema, where it is another than before; or why it cannot. */
  async #reload() {
    const marked = await this.wire.query(markQuery)
    if (marked.error) return `the state cannot be asked for: ${marked.error.code}`
    const mark = marked.rows[0][0]
    if (mark === this.#loaded.mark) return null
    const asked = await this.wire.query(schemaQuery)
    if (asked.error) return `the schema cannot be asked for: ${asked.error.code}`
    this.#loaded.mark = mark
    this.#score.domains = readDomains((await this.wire.query(domainsQuery)).rows)
    try {
      await this.#checker.load(asked.rows[0][0])
      this.#loaded.why = null
    } catch (error) {
      const [, line] = /line (\d+)/.exec(error.message) ?? []
      const found = asked.rows[0][0].split('\n')[line - 1] ?? ''
      this.#score.addBroken(`${error.message}: ${found.slice(0, 200)}`)
      this.#loaded.why = error.message
    }
    return null
  }

  /** Brings the checker to where the session is now, or tells why it cannot. */
  async bringUp() {
    const { rows, error } = await this.wire.query(stateQuery)
    if (error) return `the state cannot be asked for: ${error.code}`
    // PGlite does not report settings that change, and so they are asked for.
    const [schemas, written, nulls, nullEquals, ...styles] = rows[0]
    for (const [i, look] of Object.values(hinders).entries()) {
      const why = look(styles[i])
      if (why) return `under another ${why}`
    }
    if (nulls !== 'on' || nullEquals !== 'off') return 'under another setting'
    if (written !== this.#loaded.written) {
      const why = await this.#reload()
      if (why !== null) return why
      this.#loaded.written = written
    }
    if (this.#loaded.why !== null) return this.#loaded.why
    const path = JSON.parse(schemas).map(name => name.replace(/^pg_temp_\d+$/, 'pg_temp'))
    if (path.join() !== this.#path) {
      await this.#checker.setPath(path)
      this.#path = path.join()
    }
    return null
  }
}

class Runner {
  #server
  #checker
  #score
  #loaded = { written: null, mark: null, why: null }
  #session
  #script
  #file
  #progress
  #scored

  constructor(server, checker, score, progress) {
    this.#server = server
    this.#checker = checker
    this.#score = score
    this.#progress = progress
  }

  /** Runs a file; one that is only for what it makes is not scored. */
  async runFile(file, scored = true) {
    this.#file = file
    this.#scored = scored
    this.#session = new Session(this.#server, this.#checker, this.#score, this.#loaded)
    await this.#session.connect(null)
    const { database } = this.#server
    this.#script = new Script(readFileSync(join(folder, `${file}.sql`), 'utf8'), {
      variables: { DBNAME: database, USER: 'postgres', ENCODING: 'UTF8' },
      environment: {
        PG_ABS_SRCDIR: '/nowhere', PG_ABS_BUILDDIR: '/nowhere', PG_LIBDIR: '/nowhere',
        PG_DLSUFFIX: '.so',
      },
    })
    for (;;) {
      this.#script.plainStrings = this.#session.wire.settings.standard_conforming_strings !== 'off'
      const item = this.#script.next()
      if (item === null) break
      try {
        await this.#runItem(item)
      } catch (error) {
        if (!lost.test(error.message)) throw error
        this.#score.skip('the server fell')
        this.#progress(`${file}: the session was lost at ${item.sql?.slice(0, 200)}`)
        await this.#session.connectAgain()
        if (this.#server.emptied()) break
      }
    }
    this.#session.wire.close()
  }

  async #runItem({ sql, command, args }) {
    if (sql === undefined) {
      if (command === 'c' || command === 'connect') await this.#reconnect(args)
      return
    }
    const judged = sql === '' ? null : await this.#judge(sql)
    const runs = command !== 'gdesc' && command !== 'bind' && command !== 'parse'
    const copied =
      runs && /^copy\b[^;]*\bfrom\s+stdin\b/i.test(sql) ? this.#script.copyData() : undefined
    const result = runs ? await this.#session.wire.query(sql, copied) : null
    // Not before it has run: one that brings the server down says nothing.
    if (judged !== null) this.#score.add(...judged)
    if (!runs) return
    if (command === 'gset' && result.rows.length === 1) {
      for (const [i, { name }] of result.columns.entries()) {
        const value = result.rows[0][i]
        if (value !== null) this.#script.variables.set((args[0] ?? '') + name, value)
      }
    }
    if (command === 'gexec') {
      for (const text of result.rows.flat()) {
        if (text !== null) await this.#runItem({ sql: text, command: ';', args: [] })
      }
    }
  }

  async #reconnect([, user]) {
    try {
      await this.#session.connect(user === undefined || user === '-' ? null : user)
    } catch {
      // As psql does, the script goes on with the session that it had.
    }
  }

  #skip(why) {
    this.#score.skip(why)
    return null
  }

  /** What both say of a statement that is scored; null of another. */
  async #judge(statement) {
    const sql = statement.replace(comments, '')
    if (!this.#scored || !dml.test(sql)) return null
    const { wire } = this.#session
    if (wire.status === 'E') return this.#skip('in a failed transaction')
    const why = await this.#session.bringUp()
    if (why !== null) return this.#skip(why)
    const { theirs, ours } = await describe(wire, this.#checker, sql)
    if (theirs.error?.code === '25P02') return this.#skip('in a failed transaction')
    if (theirs.error?.code === '57014') return this.#skip('takes too long')
    return [{ file: this.#file, sql }, ours, theirs]
  }
}

/** Runs the suite, or only some of its files. */
export async function runRegress(server, checker, score, { files, progress = () => {} } = {}) {
  if (!existsSync(folder)) throw new Error(`PostgreSQL's regression suite is not in ${folder}`)
  const runner = new Runner(server, checker, score, progress)
  let ready = false
  for (const file of filesOf(files)) {
    if (server.name.startsWith('PGlite') && notEmbedded.has(file)) continue
    // The tables that all files know; a PGlite that was lost comes back without them.
    if ((!ready || server.emptied()) && file !== setup) await runner.runFile(setup, false)
    ready = true
    server.emptied(false)
    const before = { ...score.counts, at: Date.now() }
    await runner.runFile(file)
    const { statements, falseRejects, wrongTypes } = score.counts
    progress(
      `${file}: ${statements - before.statements} statements, ` +
        `${falseRejects - before.falseRejects} false rejects, ` +
        `${wrongTypes - before.wrongTypes} wrong types, ${Date.now() - before.at} ms`,
    )
  }
}
