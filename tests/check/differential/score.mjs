/** What the checker and the server say of the same statements, counted and listed. */

const same = (a, b) => a === b

/**
 * Where two descriptions differ, in words; null where they do not. A server describes a column of a
 * domain as one of the type below.
 */
export function differenceOf(ours, theirs, domains = new Map()) {
  const types = ours.parameters.map(one => one.oid)
  if (types.length !== theirs.parameters.length) {
    return `${types.length} parameters, not ${theirs.parameters.length}`
  }
  for (const [i, oid] of theirs.parameters.entries()) {
    if (types[i] !== oid) return `parameter ${i + 1} is ${types[i]}, not ${oid}`
  }
  if (ours.columns.length !== theirs.columns.length) {
    return `${ours.columns.length} columns, not ${theirs.columns.length}`
  }
  for (const [i, column] of theirs.columns.entries()) {
    const { oid, type } = ours.columns[i]
    const mine = { ...ours.columns[i], ...(domains.get(oid) ?? domains.get(type)) }
    for (const key of ['name', 'oid', 'modifier']) {
      if (mine[key] !== column[key]) {
        return `${key} of column ${i + 1} is ${mine[key]}, not ${column[key]}`
      }
    }
  }
  return null
}

const bump = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1)

export class Score {
  counts = {
    statements: 0,
    accepted: 0,
    falseRejects: 0,
    wrongTypes: 0,
    rejected: 0,
    sameCode: 0,
    sameMessage: 0,
    samePosition: 0,
    notChecked: 0,
  }
  more = { ok: 0, caught: 0, sameHint: 0, sameAll: 0, notCheckedRejected: 0, unjudged: 0 }
  falseRejects = []
  wrongTypes = []
  different = []
  missed = new Map()
  reasons = new Map()
  skipped = new Map()
  broken = new Map()
  /** The domains of the database as it is now. */
  domains = new Map()

  /** The checker itself has failed. */
  addBroken(why) {
    bump(this.broken, why)
  }

  /** A statement that is not scored, and why. */
  skip(why) {
    bump(this.skipped, why)
  }

  /** @param {{ file: string, sql: string }} from */
  add(from, ours, theirs) {
    this.counts.statements++
    this.counts[theirs.error ? 'rejected' : 'accepted']++
    if (ours.unjudged) this.more.unjudged++
    if (ours.verdict === 'notChecked') {
      this.counts.notChecked++
      if (theirs.error) this.more.notCheckedRejected++
      bump(this.reasons, ours.why)
    } else if (theirs.error) {
      this.#addRejected(from, ours, theirs.error)
    } else if (ours.verdict === 'error') {
      this.counts.falseRejects++
      this.falseRejects.push({ ...from, ours: ours.error })
    } else {
      this.#addAccepted(from, ours, theirs)
    }
  }

  #addAccepted(from, ours, theirs) {
    this.more.ok++
    const difference = differenceOf(ours, theirs, this.domains)
    if (difference === null) return
    this.counts.wrongTypes++
    this.wrongTypes.push({ ...from, difference })
  }

  #addRejected(from, ours, error) {
    if (ours.verdict === 'ok') {
      const list = this.missed.get(error.code) ?? []
      list.push({ ...from, theirs: error })
      this.missed.set(error.code, list)
      return
    }
    this.more.caught++
    const mine = ours.error
    const equal = {
      sameCode: same(mine.code, error.code),
      sameMessage: same(mine.message, error.message),
      samePosition: same(mine.position, error.position),
      sameHint: same(mine.hint, error.hint) && same(mine.detail, error.detail),
    }
    // A message or a place means something where the error is the same one.
    if (equal.sameCode) {
      this.counts.sameCode++
      if (equal.sameMessage) this.counts.sameMessage++
      if (equal.samePosition) this.counts.samePosition++
      if (equal.sameHint) this.more.sameHint++
    }
    if (Object.values(equal).every(Boolean)) this.more.sameAll++
    else this.different.push({ ...from, ours: mine, theirs: error })
  }

  /** Whether nothing is wrong that may never be. */
  get sound() {
    const { falseRejects, wrongTypes } = this.counts
    return falseRejects === 0 && wrongTypes === 0 && this.broken.size === 0
  }
}

const share = (part, whole) => (whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(2)} %`)
const top = (counts, n) => [...counts].sort((a, b) => b[1] - a[1]).slice(0, n)
const brief = sql => {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)} …` : line
}
const tell = error =>
  `${error.code} ${error.message}${error.position ? ` at ${error.position}` : ''}` +
  `${error.hint ? ` (${error.hint})` : ''}${error.detail ? ` [${error.detail}]` : ''}`

function table({ counts, more }) {
  const checked = counts.statements - counts.notChecked
  return [
    ['statements', counts.statements, ''],
    ['accepted by the server', counts.accepted, ''],
    ['  false rejects', counts.falseRejects, share(counts.falseRejects, counts.accepted)],
    ['  wrong types', counts.wrongTypes, share(counts.wrongTypes, more.ok)],
    ['rejected by the server', counts.rejected, ''],
    ['  rejected by us', more.caught, share(more.caught, counts.rejected)],
    ['  with the same code', counts.sameCode, share(counts.sameCode, counts.rejected)],
    ['  and the same message', counts.sameMessage, share(counts.sameMessage, counts.rejected)],
    ['  and the same position', counts.samePosition, share(counts.samePosition, counts.rejected)],
    ['  and the same hint, detail', more.sameHint, share(more.sameHint, counts.rejected)],
    ['not checked', counts.notChecked, share(counts.notChecked, counts.statements)],
    ['  of those rejected', more.notCheckedRejected, ''],
    ['checked', checked, share(checked, counts.statements)],
  ]
}

function* lines(score, examples) {
  for (const [label, count, part] of table(score)) {
    yield `${label.padEnd(28)}${String(count).padStart(8)}  ${part}`
  }
  const heads = { falseRejects: 'FALSE REJECTS', wrongTypes: 'WRONG TYPES' }
  for (const [key, head] of Object.entries(heads)) {
    if (score[key].length > 0) yield `\n${head}`
    for (const one of score[key]) {
      yield `${one.file}: ${brief(one.sql)}\n    ${one.difference ?? `ours: ${tell(one.ours)}`}`
    }
  }
  if (score.missed.size > 0) yield '\nmissed errors, by code'
  for (const [code, list] of [...score.missed].sort((a, b) => b[1].length - a[1].length)) {
    yield `${code} ${list.length}`
    for (const { file, sql, theirs } of list.slice(0, examples)) {
      yield `    ${file}: ${brief(sql)}\n        ${tell(theirs)}`
    }
  }
  const { different } = score
  if (different.length > 0) yield `\nother errors than the server's: ${different.length}`
  for (const { file, sql, ours, theirs } of different.slice(0, 10 * examples)) {
    yield `    ${file}: ${brief(sql)}`
    yield `        ours:   ${tell(ours)}\n        theirs: ${tell(theirs)}`
  }
  const lists = {
    'NOT WORKING': score.broken, 'not checked': score.reasons, 'not scored': score.skipped,
  }
  for (const [head, counts] of Object.entries(lists)) {
    if (counts.size > 0) yield `\n${head}, by reason`
    for (const [why, count] of top(counts, 40)) yield `${String(count).padStart(8)}  ${why}`
  }
}

/** Prints a score for people; `examples` is how many of each code of missed errors are shown. */
export function print(score, examples = 3, write = line => console.log(line)) {
  for (const line of lines(score, examples)) write(line)
}
