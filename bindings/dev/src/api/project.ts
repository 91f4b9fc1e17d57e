/** The project: branches, each a copy of its parent's databases, and what is done to them. */
import { Databases } from './databases.js'
import { findMoment, isHead, kMomentsKept, type When } from './moments.js'
import { Operations, type Operation } from './operations.js'
import { ApiError, makeBranch, newId, timestamp } from './state.js'
import type { Moment, StoredBranch, StoredSnapshot } from './state.js'
import type { Store } from './store.js'

/** What a new branch is to be. */
export interface NewBranch extends When {
  name?: string | undefined
  parentId?: string | undefined
  isProtected?: boolean | undefined
  isSchemaOnly?: boolean | undefined
  expiresAt?: string | undefined
  endpoints: readonly { type: 'read_write' | 'read_only'; suspendSeconds: number }[]
}

/** Where a branch is to go back to. */
export interface Restore extends When {
  sourceId: string
  preserve?: string | undefined
}

/** A branch, and what is under way on it. */
export interface Changed {
  branch: StoredBranch
  operations: Operation[]
}

const kRecoveryMs = 7 * 24 * 3600_000
/** A migration does not wait longer than this for others to let a copy be taken. */
const kCopyWaitMs = 2000

/** All that the API can be asked to do. */
export class Project {
  readonly store: Store
  readonly databases: Databases
  readonly operations = new Operations()

  constructor(store: Store, waitMs: number) {
    this.store = store
    this.databases = new Databases(store, waitMs)
  }

  /** Branches that are there; with `isDeleted` also those that can be recovered. */
  branches(isDeleted = false): StoredBranch[] {
    return this.store.state.branches.filter(branch => isDeleted || branch.deletedAt === null)
  }

  branch(id: string, isDeleted = false): StoredBranch {
    const found = this.branches(isDeleted).find(branch => branch.id === id)
    if (found === undefined) throw new ApiError(404, 'there is no such branch')
    return found
  }

  default(): StoredBranch {
    const found = this.branches().find(({ isDefault }) => isDefault)
    if (found === undefined) throw new ApiError(404, 'there is no default branch')
    return found
  }

  async create(wanted: NewBranch): Promise<Changed> {
    const parent = wanted.parentId === undefined ? this.default() : this.branch(wanted.parentId)
    const id = newId('br')
    const name = wanted.name ?? id
    this.#mustBeNew(name)
    const source = isHead(wanted) ? null : findMoment(this.branches(), parent, wanted).moment
    const from = source?.databases ?? parent.databases
    const { lsn, at } = source ?? (await this.store.position())
    const made = timestamp()
    const branch: StoredBranch = {
      ...makeBranch(id, name, this.databases.named(from, id)),
      parentId: parent.id,
      parentLsn: wanted.lsn ?? lsn,
      parentTimestamp: wanted.timestamp ?? at,
      initSource: wanted.isSchemaOnly === true ? 'schema-only' : 'parent-data',
      isProtected: wanted.isProtected === true,
      expiresAt: wanted.expiresAt ?? null,
      endpoints: wanted.endpoints.map(each => ({ id: newId('ep'), createdAt: made, ...each })),
    }
    const actions = ['create_branch', ...branch.endpoints.map(() => 'start_compute')]
    return this.#begin(branch, actions, async () => {
      await this.databases.copy(source === null ? parent : null, from, branch.databases)
      if (wanted.isSchemaOnly === true) await this.databases.empty(branch.databases)
      await this.#ready(branch)
    })
  }

  async update(
    branch: StoredBranch,
    change: { name?: string; isProtected?: boolean; expiresAt?: string | null },
  ): Promise<Changed> {
    this.operations.mustBeFree(branch.id)
    if (change.name !== undefined && change.name !== branch.name) this.#mustBeNew(change.name)
    if (typeof change.expiresAt === 'string' && (branch.isDefault || branch.isProtected)) {
      throw new ApiError(422, 'a default or protected branch does not expire')
    }
    Object.assign(branch, change)
    return this.#changed(branch)
  }

  /** Hides a branch, to be dropped when nobody can recover it any more. */
  async delete(branch: StoredBranch, isHard: boolean): Promise<Changed> {
    this.operations.mustBeFree(branch.id)
    const why = this.#whyKept(branch)
    if (why !== null) throw new ApiError(422, why)
    branch.deletedAt = timestamp()
    const actions = ['delete_timeline', ...branch.endpoints.map(() => 'suspend_compute')]
    return this.#begin(branch, actions, async () => {
      await this.databases.leave(branch)
      if (isHard) await this.#drop(branch)
      await this.store.save()
    })
  }

  async recover(id: string): Promise<StoredBranch> {
    const branch = this.branch(id, true)
    this.operations.mustBeFree(id)
    if (branch.deletedAt === null) throw new ApiError(422, 'the branch is not deleted')
    this.#mustBeNew(branch.name)
    Object.assign(branch, { deletedAt: null, expiresAt: null })
    return (await this.#changed(branch)).branch
  }

  async setDefault(branch: StoredBranch): Promise<Changed> {
    this.operations.mustBeFree(branch.id)
    for (const each of this.branches()) each.isDefault = each === branch
    return this.#changed(branch)
  }

  /** Gives a branch the state of another one, or one of its own; its id and computes stay. */
  async restore(branch: StoredBranch, wanted: Restore): Promise<Changed> {
    const source = this.branch(wanted.sourceId)
    this.operations.mustBeFree(branch.id, source.id)
    const { preserve } = wanted
    if (source === branch && (isHead(wanted) || preserve === undefined)) {
      throw new ApiError(400, 'going back on itself takes a moment, and preserve_under_name')
    }
    if (preserve === undefined && this.#hasChildren(branch)) {
      throw new ApiError(422, 'a branch with children is restored only with preserve_under_name')
    }
    if (preserve !== undefined) this.#mustBeNew(preserve)
    const found = isHead(wanted) ? null : findMoment(this.branches(), source, wanted).moment
    const from = found?.databases ?? source.databases
    const kept = preserve === undefined ? null : this.#keep(branch, preserve)
    const fresh = this.databases.named(from, branch.id)
    branch.state = 'resetting'
    const actions = ['create_timeline', ...branch.endpoints.map(() => 'start_compute')]
    return this.#begin(branch, actions, async () => {
      await this.databases.copy(found === null ? source : null, from, fresh)
      await this.databases.replace(branch, fresh, kept)
      if (kept === null) {
        for (const moment of branch.moments.splice(0)) await this.databases.drop(moment.databases)
      }
      const { lsn } = found ?? (await this.store.position())
      const lastResetAt = timestamp()
      Object.assign(branch, { lastResetAt, parentLsn: lsn, restoredFrom: source.id })
      if (kept !== null) {
        branch.parentId = kept.id
        kept.state = 'ready'
      }
      await this.#ready(branch)
    })
  }

  async addEndpoint(branch: StoredBranch, type: 'read_write' | 'read_only'): Promise<Changed> {
    this.operations.mustBeFree(branch.id)
    if (type === 'read_write' && branch.endpoints.some(each => each.type === type)) {
      throw new ApiError(409, 'the branch has a read-write compute already')
    }
    branch.endpoints.push({ id: newId('ep'), type, createdAt: timestamp(), suspendSeconds: 0 })
    return this.#begin(branch, ['start_compute'], () => this.store.save())
  }

  async addDatabase(branch: StoredBranch, name: string, owner: string): Promise<Changed> {
    this.operations.mustBeFree(branch.id)
    if (branch.databases.some(each => each.name === name)) {
      throw new ApiError(409, 'there is a database of that name already')
    }
    const made = { ...this.store.newName(name, branch.id), name, owner, createdAt: timestamp() }
    await this.store.create(made.real)
    branch.databases.push(made)
    return this.#begin(branch, ['apply_config'], () => this.store.save())
  }

  async snapshot(
    branch: StoredBranch,
    wanted: When & { name?: string | undefined; expiresAt?: string | undefined },
  ): Promise<{ snapshot: StoredSnapshot; operations: Operation[] }> {
    this.operations.mustBeFree(branch.id)
    const found = isHead(wanted) ? null : findMoment(this.branches(), branch, wanted).moment
    const { lsn, at } = found ?? (await this.store.position())
    const from = found?.databases ?? branch.databases
    const id = newId('snap')
    const snapshot: StoredSnapshot = {
      id,
      name: wanted.name ?? id,
      lsn,
      at,
      branchId: branch.id,
      createdAt: timestamp(),
      expiresAt: wanted.expiresAt ?? null,
      databases: this.databases.named(from, id),
    }
    this.store.state.snapshots.push(snapshot)
    const operations = this.operations.begin(branch.id, ['create_timeline'], async () => {
      await this.databases.copy(found === null ? branch : null, from, snapshot.databases)
      await this.store.save()
    })
    return { snapshot, operations }
  }

  /** A snapshot as a branch of its own. */
  async restoreSnapshot(snapshot: StoredSnapshot, name?: string): Promise<Changed> {
    const id = newId('br')
    this.#mustBeNew(name ?? id)
    const branch: StoredBranch = {
      ...makeBranch(id, name ?? id, this.databases.named(snapshot.databases, id)),
      parentId: this.branch(snapshot.branchId).id,
      parentLsn: snapshot.lsn,
      parentTimestamp: snapshot.at,
      restoredFrom: snapshot.id,
    }
    return this.#begin(branch, ['create_branch'], async () => {
      await this.databases.copy(null, snapshot.databases, branch.databases)
      await this.#ready(branch)
    })
  }

  async deleteSnapshot(snapshot: StoredSnapshot): Promise<Operation[]> {
    const { snapshots } = this.store.state
    snapshots.splice(snapshots.indexOf(snapshot), 1)
    return this.operations.begin(snapshot.branchId, ['delete_timeline'], async () => {
      await this.databases.drop(snapshot.databases)
      await this.store.save()
    })
  }

  /**
   * Copies a branch before a migration changes it, and gives what notes that the migration's
   * request is over. Where it is in use for too long there is no copy, and no way back to here.
   */
  async beforeMigration(branch: StoredBranch): Promise<() => Promise<void>> {
    const { lsn, at } = await this.store.position()
    const databases = this.databases.named(branch.databases, branch.id)
    try {
      await this.databases.copy(branch, branch.databases, databases, kCopyWaitMs)
    } catch {
      return async () => {}
    }
    const moment: Moment = { lsn, at, untilLsn: null, until: null, databases }
    branch.moments.push(moment)
    const tooMany = Math.max(0, branch.moments.length - kMomentsKept)
    for (const old of branch.moments.splice(0, tooMany)) await this.databases.drop(old.databases)
    return async () => {
      const end = await this.store.position()
      Object.assign(moment, { untilLsn: end.lsn, until: end.at })
      await this.store.save()
    }
  }

  /** Deletes what has expired, and drops what nobody can recover any more. */
  async sweep(): Promise<void> {
    const now = Date.now()
    for (const branch of this.branches(true)) {
      const { expiresAt, deletedAt } = branch
      if (deletedAt !== null && Date.parse(deletedAt) + kRecoveryMs < now) await this.#drop(branch)
      else if (deletedAt === null && expiresAt !== null && Date.parse(expiresAt) < now) {
        await this.delete(branch, false).catch(() => {})
      }
    }
  }

  async close(): Promise<void> {
    await this.operations.close()
    await this.databases.close()
    await this.store.save()
    await this.store.close()
  }

  /** Lists a branch if it is new, begins the work on it, and keeps what is known by now. */
  async #begin(
    branch: StoredBranch,
    actions: readonly string[],
    work: () => Promise<void>,
  ): Promise<Changed> {
    const { branches } = this.store.state
    if (!branches.includes(branch)) branches.push(branch)
    const operations = this.operations.begin(branch.id, actions, work)
    await this.store.save()
    return { branch, operations }
  }

  async #changed(branch: StoredBranch): Promise<Changed> {
    branch.updatedAt = timestamp()
    await this.store.save()
    return { branch, operations: [] }
  }

  #mustBeNew(name: string): void {
    if (this.branches().some(branch => branch.name === name)) {
      throw new ApiError(409, `there is a branch ${name} already`, 'BRANCH_ALREADY_EXISTS')
    }
  }

  #hasChildren({ id }: StoredBranch): boolean {
    return this.branches().some(({ parentId }) => parentId === id)
  }

  /** Why a branch cannot be deleted, or null. */
  #whyKept(branch: StoredBranch): string | null {
    if (branch.isDefault) return 'the default branch cannot be deleted'
    if (branch.parentId === null) return 'the root branch cannot be deleted'
    if (branch.isProtected) return 'a protected branch cannot be deleted'
    return this.#hasChildren(branch) ? 'a branch that has children cannot be deleted' : null
  }

  /** What a branch was, as a branch of its own, which becomes its parent. */
  #keep(branch: StoredBranch, name: string): StoredBranch {
    const id = newId('br')
    const kept: StoredBranch = {
      ...makeBranch(id, name, this.databases.named(branch.databases, id)),
      parentId: branch.parentId,
      parentLsn: branch.parentLsn,
      parentTimestamp: branch.parentTimestamp,
      initSource: branch.initSource,
      moments: branch.moments,
    }
    for (const child of this.branches(true)) {
      if (child.parentId === branch.id) child.parentId = id
    }
    branch.moments = []
    this.store.state.branches.push(kept)
    return kept
  }

  async #ready(branch: StoredBranch): Promise<void> {
    branch.state = 'ready'
    branch.updatedAt = branch.stateChangedAt = timestamp()
    await this.store.save()
  }

  async #drop(branch: StoredBranch): Promise<void> {
    const { branches } = this.store.state
    branches.splice(branches.indexOf(branch), 1)
    await this.databases.leave(branch)
    const copies = branch.moments.flatMap(({ databases }) => databases)
    await this.databases.drop([...branch.databases, ...copies])
    await this.store.save()
  }
}
