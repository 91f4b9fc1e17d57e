/**
 * Faults on purpose. Whether a request meets one depends only on the seed and on the request's
 * ordinal, so the same requests in the same order meet the same faults again.
 */

/** The faults, in the order in which they are tried. */
export const kFaults = ['drop-before', 'drop-after', 'truncate', 'delay', '500', '507'] as const

/** A way for a request to go wrong. */
export type Fault = (typeof kFaults)[number]

/** How likely each fault is. */
export type ChaosPlan = ReadonlyMap<Fault, number>

/** What a request meets: at most one fault, and perhaps a delay before it. */
export interface Fate {
  ordinal: number
  fault: Exclude<Fault, 'delay'> | undefined
  delayMs: number
}

const kMaxDelayMs = 500

function isFault(name: string): name is Fault {
  return (kFaults as readonly string[]).includes(name)
}

/**
 * Reads `drop-before,500=0.1` (both 0.1) or `delay=0.2,500=0.1`: a name without a probability
 * takes that of the next name that has one.
 *
 * @example
 * parseChaos('drop-before,500=0.1,delay=0.5').get('drop-before') // 0.1
 */
export function parseChaos(text: string): ChaosPlan {
  const plan = new Map<Fault, number>()
  let waiting: Fault[] = []
  for (const item of text.split(',')) {
    const [name = '', chance] = item.trim().split('=')
    if (!isFault(name)) {
      throw new Error(`--chaos: there is no fault "${name}". There are ${kFaults.join(', ')}.`)
    }
    waiting.push(name)
    if (chance === undefined) continue
    const value = chance.trim() === '' ? Number.NaN : Number(chance)
    if (!(value >= 0 && value <= 1)) {
      throw new Error(`--chaos: "${chance}" is not a probability. Give a number from 0 to 1.`)
    }
    for (const fault of waiting) plan.set(fault, value)
    waiting = []
  }
  if (waiting.length > 0) {
    const names = waiting.join(', ')
    throw new Error(`--chaos: ${names} has no probability. Write it as ${waiting.at(-1)}=0.1.`)
  }
  return plan
}

/** A number from 0 to 1 that depends on all three inputs and looks like chance. */
function chance(seed: number, ordinal: number, draw: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  for (const value of [ordinal, draw]) {
    x = Math.imul((x ^ value) + 0x9e3779b9, 0xc2b2ae35)
    x ^= x >>> 16
    x = Math.imul(x, 0x27d4eb2f)
    x ^= x >>> 15
  }
  return (x >>> 0) / 2 ** 32
}

/** Deals out fates in the order of the requests. */
export class Chaos {
  #plan: ChaosPlan
  #seed: number
  #ordinal = 0

  constructor(plan: ChaosPlan, seed: number) {
    this.#plan = plan
    this.#seed = seed
  }

  /** The fate of the next request. */
  next(): Fate {
    const ordinal = ++this.#ordinal
    const fate: Fate = { ordinal, fault: undefined, delayMs: 0 }
    for (const [draw, fault] of kFaults.entries()) {
      if (chance(this.#seed, ordinal, draw) >= (this.#plan.get(fault) ?? 0)) continue
      if (fault === 'delay') {
        fate.delayMs = 1 + Math.floor(chance(this.#seed, ordinal, kFaults.length) * kMaxDelayMs)
      } else {
        fate.fault ??= fault
      }
    }
    return fate
  }
}
