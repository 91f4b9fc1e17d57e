/** A model as a file of SQL that a person goes on with. */
import { linesOf, withLines } from './objects.js'
import { planBetween, type Model } from './planner.js'

const kHead = '-- The schema of the database. Edit it, and run `ballast generate`.\n'
const kPublic = 'CREATE SCHEMA IF NOT EXISTS public'

/** The text. What belongs together stands together, and roles are only named, not made. */
export async function schemaSql(model: Model, postgres: number): Promise<string> {
  // A role belongs to the server: one that a schema names is taken to be there.
  const lines = linesOf(model)
  const roles = [...lines].filter(([, { kind }]) => kind === 'role').map(([id]) => id)
  for (const id of roles) lines.delete(id)
  const empty: Model = { text: '', postgres: model.postgres, unmodelled: [] }
  const settings = { postgres, online: false }
  const { statements } = await planBetween(empty, withLines(model, lines), settings)
  let text = kHead
  let last: string | undefined
  for (const { sql, object } of statements) {
    if (sql === kPublic) continue
    const about = groupOf(object)
    const local = sql.replace(/^SET LOCAL (?=check_function_bodies)/, 'SET ')
    text += `${about === last ? '' : '\n'}${local};\n`
    last = about
  }
  return text
}

/** What stands without a blank line between: a table and what is said of it at once. */
function groupOf(object: string): string {
  const [, kind = '', name = ''] = /^(\w+) ([^]*)$/.exec(object) ?? []
  const isPart = ['column', 'default', 'constraint', 'trigger', 'rule', 'policy'].includes(kind)
  return isPart ? `table ${name.replace(/\.("(?:[^"]|"")*"|[^."]*)$/, '')}` : object
}
