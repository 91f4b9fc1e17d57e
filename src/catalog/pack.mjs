/** Writes the packed form of the built-in tables, byte by byte; README.md describes it. */
export class Pack {
  bytes = []
  /** How long all texts are once they are unpacked, with a zero byte behind each. */
  textSize = 0
  #places

  /** `types` in their order, by whose places they are written. */
  constructor(types) {
    this.#places = new Map([[0, 0], ...types.map(({ oid }, at) => [oid, at + 1])])
  }

  /** Seven bits a byte, the lowest first; one that is negative as its 32 bits. */
  number(value) {
    let rest = Number(value) >>> 0
    for (; rest > 127; rest >>>= 7) this.bytes.push((rest & 127) | 128)
    this.bytes.push(rest)
  }

  /** Fields of a table, each of them whole before the next; `how` is how one is written. */
  fields(rows, how, names) {
    for (const name of names) this[how](rows.map(of => of[name]))
  }

  numbers(values) {
    for (const value of values) this.number(value)
  }

  /** What each adds to the one before, with its sign in the lowest bit. */
  differences(values) {
    let before = 0
    for (const value of values) {
      const step = value - before
      this.number(step < 0 ? -step * 2 - 1 : step * 2)
      before = value
    }
  }

  /** Characters, 0 where there is none. */
  letters(values) {
    for (const value of values) this.bytes.push(value === 0 ? 0 : value.charCodeAt(0))
  }

  /** Types by their places from 1 on, 0 where there is none. */
  typeOids(oids) {
    for (const oid of oids) {
      const place = this.#places.get(oid)
      if (place === undefined) throw new Error(`no type has the oid ${oid}`)
      this.number(place)
    }
  }

  /** How many bytes a text shares with the one before, and what follows, up to a zero byte. */
  texts(values) {
    let before = Buffer.alloc(0)
    for (const value of values) {
      const text = Buffer.from(value)
      let shared = 0
      while (shared < text.length && text[shared] === before[shared]) shared++
      this.number(shared)
      this.bytes.push(...text.subarray(shared), 0)
      this.textSize += text.length + 1
      before = text
    }
  }
}
