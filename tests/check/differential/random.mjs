/** Numbers below 1 from a seed, and picks by them. */
export function generator(seed) {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = n => Math.floor(next() * n)
  return {
    next,
    below,
    chance: share => next() < share,
    pick: list => list[below(list.length)],
    /** Up to `n` of a list, in its order. */
    some: (list, n) => {
      const left = list.map((one, i) => [next(), i]).sort((a, b) => a[0] - b[0]).slice(0, n)
      return left.map(([, i]) => i).sort((a, b) => a - b).map(i => list[i])
    },
  }
}
