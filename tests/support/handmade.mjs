/** Bundles written by hand, for tests of what carries them; `bundle.mjs` makes real ones. */
import { createHash } from 'node:crypto'

const sha256 = text => createHash('sha256').update(text).digest('hex')

/** A segment of statements, each a text. */
export function segment(statements, more = {}) {
  return {
    kind: 'transaction',
    line: 1,
    statements: statements.map((sql, index) => ({ sql, line: index + 1, column: 1 })),
    makes: [],
    touches: [],
    opaque: false,
    validates: [],
    writes: [],
    ends: false,
    ...more,
  }
}

/** A bundle of `[tag, statements]` or `[tag, segments]`, and perhaps `{ down, loses }`. */
export function bundleOf(...migrations) {
  const all = migrations.map(([tag, parts, { down, loses = [] } = {}]) => {
    const segments = typeof parts[0] === 'string' ? [segment(parts)] : parts
    const text = segments.flatMap(({ statements }) => statements.map(({ sql }) => sql)).join(';\n')
    return {
      tag,
      when: 0,
      file: `${tag}.sql`,
      fileHash: sha256(text),
      hash: sha256(text),
      lockTimeout: null,
      statementTimeout: null,
      segments,
      down: down ? { file: `${tag}.down.sql`, segments: [segment(down)], loses } : null,
    }
  })
  const hash = sha256(JSON.stringify(all.map(({ tag, hash }) => [tag, hash])))
  return { format: 1, hash, drizzle: null, order: 'non-linear', migrations: all }
}
