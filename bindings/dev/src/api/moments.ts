/** Which copy a time or a position in the log leads to: those that were taken, and no others. */
import { ApiError, position, type Moment, type StoredBranch } from './state.js'

/** A state of a branch that was asked for; neither is set where it is the present one. */
export interface When {
  lsn?: string | undefined
  timestamp?: string | undefined
}

/** Copies of one branch that are kept; the oldest goes. */
export const kMomentsKept = 20

/** Whether the present is meant. */
export function isHead({ lsn, timestamp }: When): boolean {
  return lsn === undefined && timestamp === undefined
}

/** The copy that stands for a state of a branch, of its own or, further back, of its parents'. */
export function findMoment(
  branches: readonly StoredBranch[],
  branch: StoredBranch,
  when: When,
): { branch: StoredBranch; moment: Moment } {
  if (when.lsn !== undefined && when.timestamp !== undefined) {
    throw new ApiError(400, 'an LSN and a timestamp exclude each other')
  }
  if (when.lsn !== undefined && !/^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i.test(when.lsn)) {
    throw new ApiError(400, `${when.lsn} is no LSN`)
  }
  if (when.timestamp !== undefined && Number.isNaN(Date.parse(when.timestamp))) {
    throw new ApiError(400, `${when.timestamp} is no timestamp`)
  }
  const seen: Moment[] = []
  for (let at: StoredBranch | undefined = branch; at !== undefined; ) {
    const found = at.moments.find(moment => covers(moment, when))
    if (found !== undefined) return { branch: at, moment: found }
    seen.push(...at.moments)
    const { parentId }: StoredBranch = at
    at = branches.find(({ id }) => id === parentId)
  }
  const known = seen.map(({ at, lsn }) => `${at} (${lsn})`).join(', ')
  throw new ApiError(
    400,
    `no copy of ${branch.name} was taken at ${when.lsn ?? when.timestamp}: this stand-in can ` +
      `restore what was before a migration, which is ${known === '' ? 'nothing yet' : known}`,
    'WRONG_LSN_OR_TIMESTAMP',
  )
}

function covers({ lsn, untilLsn, at, until }: Moment, when: When): boolean {
  if (when.lsn !== undefined) {
    const wanted = position(when.lsn)
    return position(lsn) <= wanted && (untilLsn === null || wanted <= position(untilLsn))
  }
  const wanted = Date.parse(when.timestamp ?? '')
  return Date.parse(at) <= wanted && (until === null || wanted <= Date.parse(until))
}
