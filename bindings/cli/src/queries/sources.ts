/** Source files, read when they are first asked for. */
import { readFileSync } from 'node:fs'

import { parseSource, type Node } from './ast.js'
import type { Resolver, Target } from './resolve.js'
import { readNames, type Names } from './scope.js'
import type { SourceText } from './text.js'

/** A file with its tree and its names. */
export interface Source extends SourceText {
  program: Node
  names: Names
}

/** All files that are looked at, those that are only imported among them. */
export class Sources {
  readonly #resolver: Resolver
  readonly #known = new Map<string, Source | Error>()

  constructor(resolver: Resolver) {
    this.#resolver = resolver
  }

  /** A file, or why it cannot be read. */
  read(file: string): Source | Error {
    let found = this.#known.get(file)
    if (found === undefined) {
      try {
        const text = readFileSync(file, 'utf8')
        const { program } = parseSource(file, text)
        found = { file, text, program, names: readNames(program) }
      } catch (error) {
        found = error instanceof Error ? error : new Error(String(error))
      }
      this.#known.set(file, found)
    }
    return found
  }

  /** Where an import of a file leads. */
  target(specifier: string, from: string): Target {
    return this.#resolver.resolve(specifier, from)
  }
}
