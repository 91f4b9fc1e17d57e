/** Whether a database is at the migrations of a schema, as far as this isolate has seen. */
import type { Runners } from '../guard.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import type { Settings } from '../settings.ts'

/** What was seen of a database. */
interface Seen {
  at: number
  isCurrent: Promise<boolean>
  /** It was not what the schema says, whatever its journal says. */
  hasDrifted: boolean
}

/** The last word of the journal on a migration. */
interface State {
  tag: string
  kind: string
  whole: boolean
}

// Another version of the Worker may take the database further while this isolate lives.
const FRESH_MS = 60_000

// The newest row of each migration; one that says `started` is of a step that has yet to end.
const HISTORY = `select distinct on (tag) tag, kind,
    kind not in ('applied', 'done', 'undone') or segment + 1 = segments as whole
  from ballast.journal where tag is not null and kind <> 'started'
  order by tag, seq desc`

const COMPLETE = new Set(['applied', 'done', 'baseline', 'adopted', 'renamed'])

/** Looks at journals, at most once a minute for each database. */
export class Journals {
  readonly #migrations: readonly string[]
  // By the address of a connection, which is one object for all clients of a database.
  readonly #seen = new WeakMap<object, Seen>()

  constructor(migrations: readonly string[]) {
    this.#migrations = migrations
  }

  /** Whether the database has these migrations and no others. It is asked where it is not known. */
  async isCurrent(runners: Runners, settings: Settings): Promise<boolean> {
    if (this.#migrations.length === 0) return false
    const address = await keyOf(settings)
    const seen = this.#seen.get(address)
    if (seen !== undefined && (seen.hasDrifted || Date.now() - seen.at < FRESH_MS)) {
      return !seen.hasDrifted && await seen.isCurrent
    }
    // Whatever keeps it from being known, a query is not held up for it.
    const isCurrent = this.#ask(runners, settings).catch(() => false)
    this.#seen.set(address, { at: Date.now(), isCurrent, hasDrifted: false })
    return await isCurrent
  }

  /** The database is not what the schema says: whatever the check refuses there is sent. */
  async hasDrifted(settings: Settings): Promise<void> {
    const isCurrent = Promise.resolve(false)
    this.#seen.set(await keyOf(settings), { at: 0, isCurrent, hasDrifted: true })
  }

  async #ask(runners: Runners, settings: Settings): Promise<boolean> {
    const { decode } = DEFAULT_SETTINGS
    const plain = { ...settings, decode, fullResults: false, look: undefined }
    const rows = await runners.query(plain, { query: HISTORY, params: [] }) as State[]
    return isAt(this.#migrations, rows)
  }
}

async function keyOf({ connection }: Settings): Promise<object> {
  return connection.address ?? await connection.resolve()
}

/** Of each rename one old name stays in the journal; everything else has to be known, and done. */
function isAt(migrations: readonly string[], rows: readonly State[]): boolean {
  const states = new Map(rows.map(row => [row.tag, row]))
  for (const tag of migrations) {
    const state = states.get(tag)
    if (state === undefined || !state.whole || !COMPLETE.has(state.kind)) return false
  }
  const known = new Set(migrations)
  const others = rows.filter(({ tag, kind, whole }) => {
    return !known.has(tag) && !(kind === 'undone' && whole)
  })
  return others.length <= rows.filter(({ kind }) => kind === 'renamed').length
}
