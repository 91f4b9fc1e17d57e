/** Who applies migrations: this process, over HTTP to the database, or a Worker's endpoint. */
import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'

import { MigrationError, run } from 'ballast/migrate'
import type { Bundle, MigrateEvent, Plan, Problem, Status, Summary } from 'ballast/migrate'

/** What can be asked of a runner. */
export type Kind = 'status' | 'plan' | 'apply' | 'undo' | 'baseline'

/** What is asked of a runner; an endpoint is sent just this. */
export interface Action<K extends Kind = Kind> {
  action: K
  environment?: string
  /** The hash of the bundle that the caller has. */
  bundle?: string
  expect?: string
  to?: string
  /** Of a plan: what `undo` would do. */
  undo?: boolean
  order?: 'linear' | 'non-linear'
  allowDataLoss?: boolean
  allowMissing?: boolean
}

/** What a runner answers. */
export type Answer<K extends Kind = Kind> = K extends 'status'
  ? Status
  : K extends 'plan'
    ? Plan
    : Summary

/** Hears what happens in a run. */
export type Listener = (event: MigrateEvent) => void

/** Carries out actions. */
export interface Runner {
  /** What messages call it. */
  readonly where: string
  readonly isRemote: boolean
  perform<K extends Kind>(action: Action<K>, onEvent: Listener): Promise<Answer<K>>
}

/** A problem that a runner reports, local or not. */
export class ProblemError extends Error {
  readonly problem: Partial<Problem> & { message: string }
  readonly status: number | undefined

  constructor(problem: object, status?: number) {
    super('message' in problem ? String(problem.message) : 'the endpoint gave no reason')
    this.problem = { ...problem, message: this.message }
    this.status = status
  }

  override get name(): string {
    return 'ProblemError'
  }
}

/** What only a runner of this process can be told. */
export interface DirectOptions {
  url: string
  signal: AbortSignal
  lockTimeout?: string
  statementTimeout?: string
  claimEnvironment?: boolean
}

// Progress of an index build is asked for as often as a reader of the status line can follow.
const kWatchMs = 1000

/** A runner that talks to the database itself. */
export function directRunner(bundle: Bundle, options: DirectOptions): Runner {
  return {
    where: 'the database',
    isRemote: false,
    perform: async <K extends Kind>(action: Action<K>, onEvent: Listener) => {
      try {
        const all = { ...options, ...action, ...origin(), onEvent, watchMs: kWatchMs }
        return (await run(bundle, { ...all, run: randomUUID() })) as Answer<K>
      } catch (error) {
        throw error instanceof MigrationError ? new ProblemError(error.problem) : error
      }
    },
  }
}

/** Who this is, and which version of the application: the journal keeps both. */
function origin(): { actor: string; application?: string } {
  const { GITHUB_ACTOR: actor, GITHUB_SHA: commit } = process.env
  return {
    actor: actor ?? `${userName()}@${hostname()}`,
    ...(commit === undefined ? {} : { application: commit }),
  }
}

/** There is no name where a container runs as a user that its system does not know. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}
