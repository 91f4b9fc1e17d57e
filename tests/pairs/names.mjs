/** Identifiers, friendly and hostile, each given out once. */
const WORDS = [
  'account', 'amount', 'area', 'batch', 'city', 'code', 'country', 'customer', 'detail', 'entry',
  'event', 'file', 'grade', 'height', 'invoice', 'item', 'job', 'kind', 'label', 'level',
  'limit_to', 'lot', 'mark', 'member', 'note', 'owner', 'part', 'payment', 'place', 'price',
  'product', 'quantity', 'rank', 'region', 'route', 'score', 'session', 'shelf', 'stock', 'tag',
  'team', 'ticket', 'unit', 'vendor', 'visit', 'weight', 'zone',
]
const HOSTILE = [
  'select', 'user', 'order', 'Table', 'Mixed Case', 'camelCase', 'has "quotes"', "it's",
  'semi;colon',
  'dash--dash', 'emoji 🎈', 'café', 'percent %s %I', 'dollar $$ body', '/* comment */', 'a.b',
  'comma, (paren)', 'back\\slash', '1st', ' leading', 'trailing ', 'null', '$tag$', '日本語',
]
const encoder = new TextEncoder()

/** Quotes an identifier. */
export const quote = name => `"${name.replaceAll('"', '""')}"`

/** Quotes a string as a literal. */
export const literalText = text => {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** Gives out names; none twice, so that a mutated name is always a new object. */
export class Names {
  #random
  #used = new Set()

  constructor(random) {
    this.#random = random
  }

  /**
   * A name that was not given out before. PostgreSQL makes up names that end in `_1`, so ours do
   * not.
   */
  take() {
    const random = this.#random
    const isHostile = random.chance(0.14)
    const base = random.pick(isHostile ? HOSTILE : WORDS)
    let name = base
    for (let n = 2; this.#used.has(name); n++) name = `${base}${n}`
    if (random.chance(0.03)) name = longest(`${this.#used.size}_${name}`)
    this.#used.add(name)
    return name
  }
}

/** Fills a name up to the 63 bytes that PostgreSQL keeps. */
function longest(name) {
  return name + 'x'.repeat(Math.max(0, 63 - encoder.encode(name).length))
}
