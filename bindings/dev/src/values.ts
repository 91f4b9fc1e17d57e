/**
 * Values in replies that did not ask for raw text: PostgreSQL's text becomes JSON by type.
 *
 * Neon's published proxy has three defects here, which this file does not copy, since a program
 * that ran into them could only work around what will one day be repaired: an empty array fails or
 * becomes `[""]`, `int2vector` and `oidvector` fail, and `box[]` is cut at the wrong delimiter.
 */
import { printFloat } from './numbers.js'

/** What an array type holds and how its elements are parted. */
export interface ArrayType {
  element: number
  delimiter: string
}

/** Array types by their id. */
export type ArrayTypes = ReadonlyMap<number, ArrayType>

const kBool = 16
const kFloats = new Set([700, 701])
const kInts = new Set([21, 23])
const kJson = new Set([114, 3802])
const kInt2Vector = 22
const kOidVector = 30
const kBoxArray = 1020

/** The first id that a user's type can have. */
export const kFirstUserType = 16384

// `array:element`, from PostgreSQL's own pg_type, which gives these the same ids in every version.
const kPairs = `
  143:142 199:114 271:5069 629:628 651:650 719:718 775:774 791:790 1000:16
  1001:17 1002:18 1003:19 1005:21 1006:22 1007:23 1008:24 1009:25 1010:27
  1011:28 1012:29 1013:30 1014:1042 1015:1043 1016:20 1017:600 1018:601 1019:602
  1020:603 1021:700 1022:701 1027:604 1028:26 1034:1033 1040:829 1041:869 1115:1114
  1182:1082 1183:1083 1185:1184 1187:1186 1231:1700 1263:2275 1270:1266 1561:1560 1563:1562
  2201:1790 2207:2202 2208:2203 2209:2204 2210:2205 2211:2206 2287:2249 2949:2970 2951:2950
  3221:3220 3643:3614 3644:3642 3645:3615 3735:3734 3770:3769 3807:3802 3905:3904 3907:3906
  3909:3908 3911:3910 3913:3912 3927:3926 4073:4072 4090:4089 4097:4096 4192:4191 5039:5038
  6150:4451 6151:4532 6152:4533 6153:4534 6155:4535 6157:4536
`

/** PostgreSQL's own array types. */
export const builtinArrays: ArrayTypes = new Map(
  kPairs
    .trim()
    .split(/\s+/)
    .map((pair): [number, ArrayType] => {
      const [array = 0, element = 0] = pair.split(':').map(Number)
      return [array, { element, delimiter: array === kBoxArray ? ';' : ',' }]
    }),
)

/** Reads one array text from its first brace on, writing JSON. */
class ArrayReader {
  #text: string
  #at: number
  #type: ArrayType
  #arrays: ArrayTypes

  constructor(text: string, type: ArrayType, arrays: ArrayTypes) {
    // Bounds such as `[0:1]=` have no place in a JSON array.
    this.#at = text.startsWith('[') ? text.indexOf('=') + 1 : 0
    this.#text = text
    this.#type = type
    this.#arrays = arrays
  }

  array(): string {
    const items: string[] = []
    this.#at++
    if (this.#text[this.#at] === '}') {
      this.#at++
      return '[]'
    }
    for (;;) {
      items.push(this.#item())
      if (this.#text[this.#at++] !== this.#type.delimiter) return `[${items.join(',')}]`
    }
  }

  #item(): string {
    if (this.#text[this.#at] === '{') return this.array()
    if (this.#text[this.#at] === '"') return this.#render(this.#quoted())
    const start = this.#at
    while (this.#at < this.#text.length) {
      const letter = this.#text[this.#at]
      if (letter === this.#type.delimiter || letter === '}') break
      this.#at++
    }
    const item = this.#text.slice(start, this.#at)
    return item === 'NULL' ? 'null' : this.#render(item)
  }

  #quoted(): string {
    let value = ''
    let from = ++this.#at
    for (;;) {
      const letter = this.#text[this.#at]
      if (letter === '"' || letter === undefined) break
      if (letter === '\\') {
        value += this.#text.slice(from, this.#at)
        from = ++this.#at
      }
      this.#at++
    }
    value += this.#text.slice(from, this.#at)
    this.#at++
    return value
  }

  #render(text: string): string {
    return renderValue(text, this.#type.element, this.#arrays)
  }
}

/** A value as JSON. */
export function renderValue(text: string, type: number, arrays: ArrayTypes): string {
  if (type === kBool) return text === 't' ? 'true' : 'false'
  if (kInts.has(type)) return text
  if (kFloats.has(type)) {
    const value = Number(text)
    // JSON has no NaN and no infinity: they stay text.
    return Number.isFinite(value) ? printFloat(value) : JSON.stringify(text)
  }
  if (kJson.has(type)) return text
  if (type === kInt2Vector || type === kOidVector) {
    const items = text === '' ? [] : text.split(' ')
    return type === kInt2Vector ? `[${items.join(',')}]` : JSON.stringify(items)
  }
  const array = arrays.get(type) ?? builtinArrays.get(type)
  if (array !== undefined) return new ArrayReader(text, array, arrays).array()
  return JSON.stringify(text)
}
