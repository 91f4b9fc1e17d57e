/** Row level security: roles, and the policies that speak of them. */
import { isA, type Policy, type Role } from './entities.js'
import { inParentheses } from './fragment.js'
import { quoteName, quoteQualified } from './quote.js'
import type { Origin, Script } from './script.js'
import type { Style } from './table.js'
import { renderQuery } from './view.js'

// These are words of SQL where a role's name may stand.
const kRoleWords = ['public', 'current_role', 'current_user', 'session_user']

/** A policy and the table that it is on. */
export interface PlacedPolicy {
  policy: Policy
  schema: string | undefined
  table: string
  origin: Origin
}

/** Writes a role of the schema. */
export function writeRole(script: Script, role: Role, origin: Origin): void {
  const options = [
    role.createDb === true ? ' createdb' : '',
    role.createRole === true ? ' createrole' : '',
    role.inherit === false ? ' noinherit' : '',
  ]
  script.add(`create role ${quoteName(role.name)}${options.join('')}`, origin)
}

/** The names of the roles that a policy is for, as Drizzle orders them. */
export function rolesOf({ to }: Policy): string[] {
  const all: unknown[] =
    to === undefined || to === null ? ['public'] : Array.isArray(to) ? to : [to]
  return all.map(role => (isA(role, 'PgRole') ? (role as Role).name : String(role))).sort()
}

/** Whether a name in `to` is that of a role, and not a word of SQL. */
export function isRoleName(name: string): boolean {
  return !kRoleWords.includes(name)
}

/** Writes a policy. */
export function writePolicy(script: Script, placed: PlacedPolicy, style: Style): void {
  const { policy, schema, table, origin } = placed
  const roles = rolesOf(policy).map(name => (isRoleName(name) ? quoteName(name) : name))
  const { using, withCheck } = policy
  const parts = [
    `create policy ${quoteName(policy.name)}`,
    `on ${quoteQualified(schema, table)}`,
    `as ${policy.as ?? 'permissive'}`,
    `for ${policy.for ?? 'all'}`,
    `to ${roles.join(', ')}`,
    using === undefined ? '' : `using ${inParentheses(renderQuery(using, style))}`,
    withCheck === undefined ? '' : `with check ${inParentheses(renderQuery(withCheck, style))}`,
  ]
  script.add(parts.filter(part => part !== '').join(' '), origin)
}
