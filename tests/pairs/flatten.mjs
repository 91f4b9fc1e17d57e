/**
 * An expression as PostgreSQL prints it, with chains of AND (or of OR) that are nested within each
 * other as one. It keeps the nesting of `x between 1 and 2 and y`, but flattens what it prints of
 * it when it reads that again, so no DDL brings back the nesting.
 */
export function flatten(text) {
  const tokens = text.match(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\w+|\s+|[^]/g) ?? []
  const closing = new Map()
  const open = []
  tokens.forEach((token, at) => {
    if (token === '(') open.push(at)
    if (token === ')' && open.length > 0) closing.set(open.pop(), at)
  })
  const gone = new Set()
  const next = (at, step) => {
    do at += step
    while (/^\s+$/.test(tokens[at] ?? ''))
    return tokens[at]
  }
  const joint = (from, to) => {
    const words = new Set()
    for (let i = from; i < to; i++) {
      if (closing.has(i)) i = closing.get(i)
      else if (/^(AND|OR)$/.test(tokens[i])) words.add(tokens[i])
    }
    return words.size === 1 ? [...words][0] : undefined
  }
  for (const [from, to] of closing) {
    const word = joint(from + 1, to)
    if (word === undefined) continue
    const outer = [...closing].filter(([a, b]) => a < from && b > to).sort((x, y) => y[0] - x[0])[0]
    const [low, high] = outer ?? [-1, tokens.length]
    const isTerm = [next(from, -1), next(to, 1)].some(token => token === word) &&
      ['(', word, undefined].includes(next(from, -1)) &&
      [')', word, undefined].includes(next(to, 1))
    if (isTerm && joint(low + 1, high) === word) gone.add(from).add(to)
  }
  return tokens.filter((_, at) => !gone.has(at)).join('')
}
