/** Two ways to do a thing, in one process and in turn, so that both have the same machine. */

async function timed(work, times) {
  // Once without the clock: what the other one has left behind is collected now, if it is large.
  await work()
  const start = performance.now()
  for (let i = 0; i < times; i++) await work()
  return (performance.now() - start) / times
}

/** The value below which a part of a sorted list lies. */
export function quantile(sorted, q) {
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at))
}

/** Their time over ours, with its quartiles, over `rounds` pairs, and the median of either. */
export async function duel(theirs, ours, { isWorkerd, rounds }) {
  // workerd's clock goes by milliseconds, so a round has to be long.
  const budgetMs = isWorkerd ? 90 : 40
  // Warm both, then find how many calls make a round long enough to time.
  let times = 1
  for (let spent = 0, i = 0; i < 6 || spent < 3 * budgetMs; i++) {
    const took = await timed(theirs, times)
    await timed(ours, times * 3)
    spent += took * times
    times = Math.max(2, Math.min(20_000, Math.round(budgetMs / Math.max(took, 1e-3))))
    if (i > 60) break
  }
  const pairs = []
  for (let i = 0; i < rounds; i++) {
    // In turn, and in either order, so that neither always pays for the other's garbage.
    const first = i % 2 === 0
    const one = await timed(first ? theirs : ours, first ? times : times * 3)
    const two = await timed(first ? ours : theirs, first ? times * 3 : times)
    pairs.push(first ? [one, two] : [two, one])
  }
  return summary(pairs)
}

/** What pairs of times, theirs and ours, come to. */
export function summary(pairs) {
  const ratios = pairs.map(([their, our]) => their / our).sort((x, y) => x - y)
  const median = which => quantile(pairs.map(pair => pair[which]).sort((x, y) => x - y), 0.5)
  return {
    ratio: quantile(ratios, 0.5),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
    officialMs: median(0),
    oursMs: median(1),
  }
}
