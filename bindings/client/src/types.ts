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

/** The parsers that every `neon()` uses unless it is given others. */
export const registry = new TypeRegistry()

const overrides = overridesOf(registry)

/** The overrides for a query: those of its own `types`, else the shared ones, if there are any. */
export function activeOverrides(own: TypeOverrides | undefined): TypeOverrides | undefined {
  return own ?? (registry.isEmpty ? undefined : overrides)
}
