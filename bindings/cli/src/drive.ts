/** Goes on until everything is applied or undone, however many calls that takes. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { Summary } from 'ballast/migrate'

import { failure } from './failure.js'
import type { Action, Listener, Runner } from './runner.js'

const kMaxCalls = 10_000

// Another run's step that shows no sign of life is taken over long before.
const kMaxIdleCalls = 200
const kIdleMs = 3000
// Of calls that nobody else is in the way of: an endpoint whose limits let it begin nothing.
const kMaxStalls = 3

/** How to wait; tests do not. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

const defaultSleep: Sleep = (ms, signal) => sleep(ms, undefined, { signal })

/** Performs an action to its end, and gives one summary of all its calls. */
export async function drive(
  runner: Runner,
  action: Action<'apply' | 'undo' | 'baseline'>,
  onEvent: Listener,
  signal: AbortSignal,
  pause: Sleep = defaultSleep,
): Promise<Summary> {
  let total: Summary | undefined
  let idle = 0
  for (let call = 0; call < kMaxCalls; call++) {
    let moved = false
    const answer = await runner.perform(action, event => {
      if (['applied', 'started', 'progress', 'undone'].includes(event.event)) moved = true
      // The first call has told what is pending.
      if (call === 0 || event.event !== 'plan') onEvent(event)
    })
    total = merged(total, answer)
    if (!answer.more) return total
    moved ||= answer.applied.length + answer.undone.length > 0
    idle = moved ? 0 : idle + 1
    if (idle >= (answer.running === null ? kMaxStalls : kMaxIdleCalls)) break
    if (answer.running === null) continue
    onEvent({ event: 'waiting', why: 'another', code: null, ms: kIdleMs, attempt: idle + 1 })
    await pause(kIdleMs, signal).catch(() => {
      throw failure('stopped', 'See `ballast status` for what is applied.', 'BH005')
    })
  }
  const tag = total?.running ?? null
  if (tag !== null) {
    throw failure(
      `another run is at ${tag}, and does not end`,
      '`ballast status` shows what is under way. Run it again later: it goes on from there.',
    )
  }
  throw failure(
    'there is more to do, and nothing moves: the limits of a call are too small to begin it',
    'Raise `limits` of migrationEndpoint(), or run it without --via.',
  )
}

function merged(before: Summary | undefined, after: Summary): Summary {
  const both = <T>(a: readonly T[] = [], b: readonly T[]): T[] => [...new Set([...a, ...b])]
  const applied = both(before?.applied, after.applied)
  return {
    ...after,
    applied,
    // What an earlier call of this very command applied was not another's.
    others: both(before?.others, after.others).filter(tag => !applied.includes(tag)),
    undone: both(before?.undone, after.undone),
    adopted: both(before?.adopted, after.adopted),
    baselined: both(before?.baselined, after.baselined),
    renamed: both(before?.renamed, after.renamed),
    requests: (before?.requests ?? 0) + after.requests,
  }
}
