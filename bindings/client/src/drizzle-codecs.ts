import * as pgCore from 'drizzle-orm/pg-core'
import type { Untyped } from './options.ts'

type Normalize = (value: Untyped) => unknown
type Cast = (column: Untyped, dimensions: number) => unknown

/** The helpers that Drizzle 1.0 has for codecs. Earlier versions have neither them nor codecs. */
interface CodecHelpers {
  refineGenericPgCodecs(codecs: Record<string, object>): object
  arrayCompatNormalize(normalize: Normalize): Normalize
  arrayCompatNormalizeInput(normalize: Normalize, asLiteral: boolean): Normalize
  parseGeometryArrayAndNormalize(normalize: Normalize): Normalize
  parsePgArrayAndNormalize(normalize: Normalize): Normalize
  castToText: Cast
  castToTextArr: Cast
  makeGeometryArray: Normalize
  makePgArray(values: unknown[]): string
  parsePgArray(text: string): unknown[]
  parseGeometryTuple: Normalize
  parseGeometryXY: Normalize
  parseLineABC: Normalize
  parseLineTuple: Normalize
  parsePgVector: Normalize
  parsePointTuple: Normalize
  parsePointXY: Normalize
  textToDate: Normalize
  textToDateWithTz: Normalize
}

/**
 * How Drizzle 1.0 makes its column types of what `neon()` returns. Its own table for Neon cannot
 * be imported here: in earlier versions there is no such module, and a bundler would stop at it.
 */
export function drizzleCodecs(): object | undefined {
  const pg = pgCore as unknown as CodecHelpers
  if (!('refineGenericPgCodecs' in pgCore)) return undefined
  const castArray = pg.castToTextArr
  const both = (normalize: Normalize): object =>
    ({ normalize, normalizeArray: pg.arrayCompatNormalize(normalize) })
  const castBoth = (normalize: Normalize): object =>
    ({ ...both(normalize), castArray, cast: pg.castToText })
  const json = {
    normalizeParam: (value: unknown) => JSON.stringify(value),
    normalizeParamArray: pg.arrayCompatNormalizeInput(value => JSON.stringify(value), true),
  }
  const geometry = (normalize: Normalize): object => ({
    normalize,
    normalizeArray: pg.parseGeometryArrayAndNormalize(normalize),
    normalizeParamArray: pg.makeGeometryArray,
  })
  // Types that have no oid of their own, so that their arrays come as text.
  const extension = {
    normalize: pg.parsePgVector,
    normalizeArray: pg.parsePgArrayAndNormalize(pg.parsePgVector),
  }
  const textArray = { normalizeArray: (text: string) => pg.parsePgArray(text) }
  return pg.refineGenericPgCodecs({
    bigint: both(BigInt),
    'bigint:number': both(Number),
    bigserial: both(BigInt),
    'bigserial:number': both(Number),
    // As numbers, the digits of a numeric[] would be gone before Drizzle sees them.
    numeric: { castArray },
    'numeric:number': { ...both(Number), castArray },
    'numeric:bigint': { ...both(BigInt), castArray },
    date: { ...both(pg.textToDate), castArray },
    timestamp: { ...both(pg.textToDateWithTz), castArray },
    timestamptz: { ...both(pg.textToDate), castArray },
    'date:string': { castArray },
    'timestamp:string': { castArray },
    'timestamptz:string': { castArray },
    interval: { castArray },
    json,
    jsonb: json,
    enum: { castArray, normalizeParamArray: (values: unknown[]) => pg.makePgArray(values) },
    macaddr8: { castArray, castArrayInJson: castArray },
    bit: textArray,
    sparsevec: textArray,
    vector: extension,
    halfvec: extension,
    line: castBoth(pg.parseLineABC),
    'line:tuple': castBoth(pg.parseLineTuple),
    point: castBoth(pg.parsePointXY),
    'point:tuple': castBoth(pg.parsePointTuple),
    'geometry(point)': geometry(pg.parseGeometryXY),
    'geometry(point):tuple': geometry(pg.parseGeometryTuple),
  })
}
