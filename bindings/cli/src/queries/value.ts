/** What an expression of a program stands for, as far as it matters to finding queries. */
import type { TSType } from '@babel/types'

import type { FunctionNode, Node } from './ast.js'
import type { Binding } from './scope.js'
import type { Source } from './sources.js'

/** Where an expression is read: in a file, within a call whose arguments are known. */
export interface At {
  source: Source
  arguments: ReadonlyMap<Binding, Value>
}

/** What is known of a client by the options that it was made with. */
export interface ClientFacts {
  rows: 'object' | 'array'
  int8: 'string' | 'bigint' | 'number'
}

/** A class, or an instance of it. */
export type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>

export type Value =
  /** The function `neon`. */
  | { kind: 'neon' }
  /** What it makes, and the `txn` of a transaction. */
  | { kind: 'client'; facts: ClientFacts }
  /** The class `Pool` or `Client` of the official driver, and what it makes. */
  | { kind: 'pools' | 'pool' }
  /** A query that is not sent yet: a template, or `sql.query('…')`. */
  | { kind: 'query'; node: Node; at: At }
  /** `sql.unsafe('…')`. */
  | { kind: 'raw'; node: Node; at: At }
  /** Certainly a part of a query, and nobody can say which. */
  | { kind: 'dynamic'; why: string }
  | { kind: 'function'; node: FunctionNode; at: At }
  /** A function of which only the type is known. */
  | { kind: 'signature'; returns: TSType | null; at: At }
  | { kind: 'class' | 'instance'; node: ClassNode; at: At }
  /** Something of which only the type is known. */
  | { kind: 'typed'; node: Node; at: At }
  | { kind: 'module'; file: string }
  | { kind: 'ours' }
  /** Something of a package that is not ours. */
  | { kind: 'foreign' }
  | { kind: 'either'; values: readonly Value[] }
  /** A value that is no part of a query; a text that is written down is one. */
  | { kind: 'plain'; node: Node | null; at: At | null }
  | { kind: 'unknown'; why: string }

export const plain: Value = { kind: 'plain', node: null, at: null }
export const foreign: Value = { kind: 'foreign' }

export function unknown(why: string): Value {
  return { kind: 'unknown', why }
}

/** One of several values. */
export function either(values: readonly Value[]): Value {
  const flat = values.flatMap(value => (value.kind === 'either' ? value.values : [value]))
  const [only] = flat
  if (only === undefined) return plain
  return flat.length === 1 ? only : { kind: 'either', values: flat }
}

/** Each of the values that it may be. */
export function eachOf(value: Value): readonly Value[] {
  return value.kind === 'either' ? value.values : [value]
}

/** The client that it is, or that it is once it has been made. */
export function clientOf(value: Value): Extract<Value, { kind: 'client' }> | undefined {
  return eachOf(value).find(each => each.kind === 'client')
}
