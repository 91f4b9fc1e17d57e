/** A plan as SQL that a person can read: each request, what it is, and where its text stands. */
import type { Plan } from 'ballast/migrate'

import { printable } from './source.js'
import type { MigrationInfo } from './tools.js'
import { count } from './wording.js'

const kinds = {
  transaction: 'one transaction',
  alone: 'alone, outside a transaction',
  batch: 'in batches, each a transaction of its own',
}

/** The requests of a plan; `nameOf` gives the path of a migration's file. */
export function planText(plan: Plan, nameOf: (tag: string) => string): string {
  const blocks = plan.requests.map(({ tags, kind, statements }, index) => {
    const of = `-- Request ${index + 1} of ${plan.requests.length}: ${kinds[kind]}`
    const head = `${of} (${tags.join(', ')})`
    const texts = statements.map(({ tag, line, sql }) => {
      const place = `-- ${nameOf(tag)}:${line}`
      if (sql === undefined) return `${place} (the endpoint keeps the text to itself)`
      return `${place}\n${printable(sql.trim().replace(/;$/, ''))};`
    })
    return [head, ...texts].join('\n')
  })
  return blocks.join('\n\n')
}

/** What a tag's file is called in a plan: the down's own where it is undone. */
export function namer(
  migrations: readonly Pick<MigrationInfo, 'tag' | 'file'>[],
  pathOf: (file: string) => string,
): (tag: string) => string {
  const files = new Map(migrations.map(({ tag, file }) => [tag, pathOf(file)]))
  return tag => files.get(tag) ?? tag
}

/** The tags of a plan, in the order in which they are dealt with. */
export function tagsOf({ requests }: Plan): string[] {
  // A plan with nothing in it may come as a summary, whose requests are a number.
  return Array.isArray(requests) ? [...new Set(requests.flatMap(({ tags }) => tags))] : []
}

/** `2 requests` and what they hold, in a sentence. */
export function planSummary(plan: Plan): string {
  return `${count(tagsOf(plan).length, 'migration')} in ${count(plan.requests.length, 'request')}`
}
