/** What the stand-in knows of its one project, as it is kept in the catalog. */
import { randomBytes } from 'node:crypto'

/** A database of a branch, and the one of the server that holds its rows. */
export interface StoredDatabase {
  id: number
  name: string
  owner: string
  /** Its name on the server. */
  real: string
  createdAt: string
}

/** A compute: here only a name in a connection string. */
export interface StoredEndpoint {
  id: string
  type: 'read_write' | 'read_only'
  createdAt: string
  suspendSeconds: number
}

/** A stretch of time and of the log in which a branch was as its copy is. */
export interface Moment {
  lsn: string
  at: string
  /** Null while the request is under way before which the copy was taken. */
  untilLsn: string | null
  until: string | null
  databases: StoredDatabase[]
}

/** A branch. */
export interface StoredBranch {
  id: string
  name: string
  parentId: string | null
  parentLsn: string | null
  parentTimestamp: string | null
  state: 'init' | 'resetting' | 'ready'
  initSource: 'parent-data' | 'schema-only'
  isDefault: boolean
  isProtected: boolean
  createdAt: string
  updatedAt: string
  stateChangedAt: string
  expiresAt: string | null
  lastResetAt: string | null
  deletedAt: string | null
  restoredFrom: string | null
  databases: StoredDatabase[]
  endpoints: StoredEndpoint[]
  moments: Moment[]
}

/** A copy that somebody asked for. */
export interface StoredSnapshot {
  id: string
  name: string
  lsn: string
  at: string
  branchId: string
  createdAt: string
  expiresAt: string | null
  databases: StoredDatabase[]
}

/** What the catalog holds. */
export interface State {
  project: { id: string; name: string; createdAt: string; historySeconds: number }
  branches: StoredBranch[]
  snapshots: StoredSnapshot[]
  nextDatabase: number
}

/** A refusal, as the API words it: a status, and what to tell a person. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, message: string, code = '') {
    super(message)
    this.status = status
    this.code = code
  }
}

const kAdjectives = ['calm', 'dim', 'warm', 'bright', 'slow', 'green', 'amber', 'quiet']
const kNouns = ['lamp', 'wire', 'coil', 'glow', 'tube', 'spark', 'field', 'switch']

/** A new id in the form of Neon's: `br-calm-lamp-1a2b3c4d`. */
export function newId(prefix: 'br' | 'ep' | 'snap'): string {
  const bytes = randomBytes(6)
  const word = (list: readonly string[], at: number): string => list[(bytes[at] ?? 0) % 8] ?? ''
  const digits = bytes.subarray(2).toString('hex')
  return `${prefix}-${word(kAdjectives, 0)}-${word(kNouns, 1)}-${digits}`
}

/** A branch that has just been made, and is not ready yet. */
export function makeBranch(
  id: string,
  name: string,
  databases: readonly StoredDatabase[],
): StoredBranch {
  const at = timestamp()
  return {
    id,
    name,
    parentId: null,
    parentLsn: null,
    parentTimestamp: null,
    state: 'init',
    initSource: 'parent-data',
    isDefault: false,
    isProtected: false,
    createdAt: at,
    updatedAt: at,
    stateChangedAt: at,
    expiresAt: null,
    lastResetAt: null,
    deletedAt: null,
    restoredFrom: null,
    databases: [...databases],
    endpoints: [],
    moments: [],
  }
}

/** The time as the API writes it. */
export function timestamp(at = new Date()): string {
  return at.toISOString()
}

/** A position in the log as a number that can be compared. */
export function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/')
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
}
