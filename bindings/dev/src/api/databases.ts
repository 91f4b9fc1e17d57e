/** The databases of branches: ways in, copies, and one taking the place of another. */
import { Door } from './door.js'
import type { StoredBranch, StoredDatabase } from './state.js'
import { urlWith, type Store } from './store.js'

/** Empties all tables of a database, for a branch that has its parent's schema only. */
const kEmpty = `do $$ declare names text; begin
  select string_agg(format('%I.%I', schemaname, tablename), ', ') into names from pg_tables
    where schemaname !~ '^pg_' and schemaname <> 'information_schema';
  if names is not null then execute 'truncate ' || names || ' restart identity cascade'; end if;
end $$`

/** What branches consist of. */
export class Databases {
  readonly #store: Store
  readonly #waitMs: number
  readonly #doors = new Map<string, Door>()

  constructor(store: Store, waitMs: number) {
    this.#store = store
    this.#waitMs = waitMs
  }

  /** The way to a database of a branch; null where it has none of that name. */
  door(branch: StoredBranch, name: string): Door | null {
    const find = (): StoredDatabase | undefined => branch.databases.find(each => each.name === name)
    const database = find()
    if (database === undefined) return null
    const key = `${branch.id}/${name}`
    const url = (): string => urlWith(this.#store.url, (find() ?? database).real)
    const door = this.#doors.get(key) ?? new Door(url, this.#waitMs)
    this.#doors.set(key, door)
    return door
  }

  /** The same databases under names of their own on the server. */
  named(databases: readonly StoredDatabase[], id: string): StoredDatabase[] {
    return databases.map(each => ({ ...each, ...this.#store.newName(each.name, id) }))
  }

  /** Copies databases; those of a branch that is in use are shut meanwhile. */
  async copy(
    inUse: StoredBranch | null,
    from: readonly StoredDatabase[],
    to: readonly StoredDatabase[],
    waitMs = this.#waitMs,
  ): Promise<void> {
    for (const [i, { name, real }] of from.entries()) {
      const target = to[i]?.real ?? ''
      const copy = async (): Promise<void> => {
        await this.#store.drop(target)
        await this.#store.copy(real, target, waitMs)
      }
      const door = inUse === null ? null : this.door(inUse, name)
      if (door === null) await copy()
      else if (!(await door.whileShut(waitMs, copy))) {
        throw new Error(`database ${name} is in use, and cannot be copied`)
      }
    }
  }

  /** Takes the rows out of databases. */
  async empty(databases: readonly StoredDatabase[]): Promise<void> {
    for (const { real } of databases) await this.#store.within(real, kEmpty)
  }

  /**
   * Puts fresh databases in the place of a branch's own, whose names on the server they take; what
   * was there goes to `kept`, or away.
   */
  async replace(
    branch: StoredBranch,
    fresh: readonly StoredDatabase[],
    kept: StoredBranch | null,
  ): Promise<void> {
    for (const [i, old] of branch.databases.entries()) {
      const next = fresh.find(({ name }) => name === old.name)
      const keep = kept?.databases[i]
      const isShut = await this.door(branch, old.name)?.whileShut(this.#waitMs, async () => {
        if (keep === undefined) await this.#store.drop(old.real)
        else await this.#store.rename(old.real, keep.real)
        if (next !== undefined) await this.#store.rename(next.real, old.real)
      })
      if (isShut !== true) throw new Error(`database ${old.name} is in use, and cannot be replaced`)
      if (next !== undefined) next.real = old.real
    }
    branch.databases = [...fresh]
  }

  /** Ends the sessions of a branch. */
  async leave(branch: StoredBranch): Promise<void> {
    for (const { name } of branch.databases) await this.door(branch, name)?.close()
  }

  /** Drops databases that are nobody's any more. */
  async drop(databases: readonly StoredDatabase[]): Promise<void> {
    for (const { real } of databases) await this.#store.drop(real)
  }

  async close(): Promise<void> {
    for (const door of this.#doors.values()) await door.close()
  }
}
