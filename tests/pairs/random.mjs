/** A seeded source of choices: one seed is one pair, on every machine. */
export class Random {
  #state

  constructor(seed) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0
    for (let i = 0; i < 8; i++) this.#word()
  }

  /** The next 32 bits. */
  #word() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let word = this.#state
    word = Math.imul(word ^ (word >>> 15), word | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return (word ^ (word >>> 14)) >>> 0
  }

  /** A whole number from 0 up to but without `limit`. */
  int(limit) {
    return Math.floor((this.#word() / 2 ** 32) * limit)
  }

  /** A whole number from `low` to `high`, both included. */
  between(low, high) {
    return low + this.int(high - low + 1)
  }

  /** Whether an event of this probability happens. */
  chance(probability) {
    return this.#word() / 2 ** 32 < probability
  }

  /** One of a list; undefined of an empty one. */
  pick(list) {
    return list[this.int(list.length)]
  }

  /** `count` different members of a list, in any order. */
  some(list, count) {
    const rest = [...list]
    const chosen = []
    while (chosen.length < count && rest.length > 0) {
      chosen.push(...rest.splice(this.int(rest.length), 1))
    }
    return chosen
  }

  /** One of `[weight, value]` pairs. */
  weighted(pairs) {
    let left = this.int(pairs.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, value] of pairs) {
      left -= weight
      if (left < 0) return value
    }
    return undefined
  }
}
