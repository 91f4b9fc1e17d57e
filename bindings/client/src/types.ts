import { decodeValue } from './reply.ts'
import type { Untyped } from './options.ts'

/** Makes a JavaScript value of PostgreSQL's text for it. */
export type TypeParser = (text: string) => Untyped

/** What `types` may be: anything that finds a parser by type oid. */
export interface CustomTypesConfig {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => Untyped
}

/** What the decoder asks: a parser in place of its own, or undefined for its own. */
export interface TypeOverrides {
  getTypeParser(oid: number, format: 'text'): TypeParser | undefined
}

// Stand-ins for what the core does by itself. The decoder is never given one of these.
const ownParsers = new Map<number, TypeParser>()
const isOwn = new WeakSet<TypeParser>()

function ownParser(oid: number): TypeParser {
  let parser = ownParsers.get(oid)
  if (parser === undefined) {
    parser = (text: string) => decodeValue(oid, text)
    ownParsers.set(oid, parser)
    isOwn.add(parser)
  }
  return parser
}

/** Parsers by type oid, over those of the core. */
export class TypeRegistry implements CustomTypesConfig, TypeOverrides {
  #text = new Map<number, TypeParser>()
  #binary = new Map<number, TypeParser>()
  /** Type oids by name. */
  readonly builtins: Readonly<Record<string, number>> = builtins

  /** Whether any parser has been set. */
  get isEmpty(): boolean {
    return this.#text.size === 0
  }

  /** Sets the parser of a type, for all queries that this registry serves. */
  setTypeParser(oid: number, parser: TypeParser): void
  setTypeParser(oid: number, format: 'text' | 'binary', parser: TypeParser): void
  setTypeParser(oid: number, format: 'text' | 'binary' | TypeParser, parser?: TypeParser): void {
    if (typeof format === 'function') this.#text.set(oid, format)
    else if (parser !== undefined) (format === 'text' ? this.#text : this.#binary).set(oid, parser)
  }

  /** The parser of a type: the one that was set, else one that decodes as queries do. */
  getTypeParser(oid: number, format: 'text' | 'binary' = 'text'): TypeParser {
    return (format === 'text' ? this.#text : this.#binary).get(oid) ?? ownParser(oid)
  }

  /** Reads an array literal, giving each element's text to `transform`. */
  readonly arrayParser = {
    create: (source: string, transform?: TypeParser): { parse(): unknown[] } => ({
      parse: () => transformed(decodeValue(TEXT_ARRAY, source) as unknown[], transform),
    }),
  }
}

const TEXT_ARRAY = 1009

function transformed(values: unknown[], transform: TypeParser | undefined): unknown[] {
  if (transform === undefined) return values
  return values.map(value => Array.isArray(value)
    ? transformed(value, transform)
    : value === null ? null : transform(value as string))
}

/** What the decoder is given for `custom`: only parsers that differ from its own. */
export function overridesOf(custom: CustomTypesConfig): TypeOverrides {
  return {
    getTypeParser(oid) {
      const parser: unknown = custom.getTypeParser(oid, 'text')
      if (typeof parser !== 'function' || isOwn.has(parser as TypeParser)) return undefined
      return marked(parser as TypeParser)
    },
  }
}

// What parsers of the caller threw: not failures of a request, and passed on as they are.
const thrownByParsers = new WeakSet<object>()

/** Whether a parser of the caller threw this. */
export function isOfParser(error: unknown): boolean {
  return typeof error === 'object' && error !== null && thrownByParsers.has(error)
}

function marked(parser: TypeParser): TypeParser {
  return text => {
    try {
      return parser(text)
    } catch (error) {
      if (typeof error === 'object' && error !== null) thrownByParsers.add(error)
      throw error
    }
  }
}

const builtins = Object.freeze({
  BOOL: 16, BYTEA: 17, CHAR: 18, INT8: 20, INT2: 21, INT4: 23, REGPROC: 24, TEXT: 25, OID: 26,
  TID: 27, XID: 28, CID: 29, JSON: 114, XML: 142, PG_NODE_TREE: 194, SMGR: 210, PATH: 602,
  POLYGON: 604, CIDR: 650, FLOAT4: 700, FLOAT8: 701, ABSTIME: 702, RELTIME: 703, TINTERVAL: 704,
  CIRCLE: 718, MACADDR8: 774, MONEY: 790, MACADDR: 829, INET: 869, ACLITEM: 1033, BPCHAR: 1042,
  VARCHAR: 1043, DATE: 1082, TIME: 1083, TIMESTAMP: 1114, TIMESTAMPTZ: 1184, INTERVAL: 1186,
  TIMETZ: 1266, BIT: 1560, VARBIT: 1562, NUMERIC: 1700, REFCURSOR: 1790, REGPROCEDURE: 2202,
  REGOPER: 2203, REGOPERATOR: 2204, REGCLASS: 2205, REGTYPE: 2206, UUID: 2950,
  TXID_SNAPSHOT: 2970, PG_LSN: 3220, PG_NDISTINCT: 3361, PG_DEPENDENCIES: 3402, TSVECTOR: 3614,
  TSQUERY: 3615, GTSVECTOR: 3642, REGCONFIG: 3734, REGDICTIONARY: 3769, JSONB: 3802,
  REGNAMESPACE: 4089, REGROLE: 4096,
})

/**
 * The parsers that every `neon()` uses unless it is given others.
 *
 * @example
 * types.setTypeParser(types.builtins.INT8, BigInt)
 */
export const types = new TypeRegistry()

const overrides = overridesOf(types)

/** The overrides for a query: those of its own `types`, else the shared ones, if there are any. */
export function activeOverrides(own: TypeOverrides | undefined): TypeOverrides | undefined {
  return own ?? (types.isEmpty ? undefined : overrides)
}
