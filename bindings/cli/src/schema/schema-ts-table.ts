/** What Drizzle says of a table behind its columns: keys, checks, indexes and policies. */
import type { IndexPart } from './drizzle-snapshot-sql.js'
import { optionValue } from './drizzle-snapshot-v7.js'
import type { IndexFacts, PolicyFacts, TableFacts } from './drizzle-snapshot-types.js'
import { sqlOf, type ModuleNames } from './schema-ts-column.js'
import { quoteJs, valueJs } from './schema-ts-names.js'

/** What these need of the module, and of the table. */
export interface TableSetting {
  module: ModuleNames
  /** The key of a column of this table. */
  keyOf: (column: string) => string
  /** The constant of another table and the keys of its columns. */
  targetOf: (schema: string, table: string) => { constant: string; keys: Map<string, string> }
  /** The constant of a role, where there is one. */
  roleOf: (role: string) => string | undefined
}

// What is longer is written in several lines.
const kMaxLine = 96

/** Each of them as an expression. */
export function constraintsJs(table: TableFacts, setting: TableSetting): string[] {
  const { module, keyOf } = setting
  const list = (columns: readonly string[]): string =>
    columns.map(column => `t.${keyOf(column)}`).join(', ')
  const { primaryKey } = table
  return [
    ...(primaryKey === undefined
      ? []
      : [
          `${module.use('primaryKey')}({ name: ${quoteJs(primaryKey.name)}, ` +
            `columns: [${list(primaryKey.columns)}] })`,
        ]),
    ...table.uniques.map(
      ({ name, columns, nullsNotDistinct }) =>
        `${module.use('unique')}(${quoteJs(name)}).on(${list(columns)})` +
        (nullsNotDistinct ? '.nullsNotDistinct()' : ''),
    ),
    ...table.foreignKeys.map(key => foreignKeyJs(table, key, setting)),
    ...table.checks.map(
      ({ name, value }) => `${module.use('check')}(${quoteJs(name)}, ${sqlOf(value, module)})`,
    ),
    ...table.indexes.map(index => indexJs(index, setting)),
    ...table.policies.map(policy => policyJs(policy, setting)),
  ]
}

function foreignKeyJs(
  table: TableFacts,
  key: TableFacts['foreignKeys'][number],
  { module, keyOf, targetOf }: TableSetting,
): string {
  const isOwn = key.schemaTo === table.schema && key.tableTo === table.name
  const target = targetOf(key.schemaTo, key.tableTo)
  const from = key.columns.map(column => `t.${keyOf(column)}`)
  const to = key.columnsTo.map(
    column => `${isOwn ? 't' : target.constant}.${target.keys.get(column) ?? ''}`,
  )
  const actions = [
    key.onDelete === 'no action' ? '' : `.onDelete(${quoteJs(key.onDelete)})`,
    key.onUpdate === 'no action' ? '' : `.onUpdate(${quoteJs(key.onUpdate)})`,
  ]
  const parts = [
    `name: ${quoteJs(key.name)}`,
    `columns: [${from.join(', ')}]`,
    `foreignColumns: [${to.join(', ')}]`,
  ]
  const call = module.use('foreignKey')
  const line = `${call}({ ${parts.join(', ')} })${actions.join('')}`
  if (line.length <= kMaxLine) return line
  return `${call}({\n${parts.map(part => `    ${part},\n`).join('')}  })${actions.join('')}`
}

function indexJs(index: IndexFacts, { module, keyOf }: TableSetting): string {
  const maker = module.use(index.unique ? 'uniqueIndex' : 'index')
  const parts = index.parts.map(part =>
    part.isExpression ? sqlOf(part.value, module) : `t.${keyOf(part.value)}${orderJs(part)}`,
  )
  const on = index.method === 'btree' ? '.on(' : `.using(${quoteJs(index.method)}, `
  const options = Object.fromEntries(index.options.map(([key, value]) => [key, optionValue(value)]))
  return [
    `${maker}(${quoteJs(index.name)})${on}${parts.join(', ')})`,
    index.where === undefined ? '' : `.where(${sqlOf(index.where, module)})`,
    index.options.length === 0 ? '' : `.with(${valueJs(options)})`,
  ].join('')
}

function orderJs({ isAscending, nullsFirst, operatorClass }: IndexPart): string {
  return [
    isAscending ? '' : '.desc()',
    nullsFirst ? '.nullsFirst()' : '',
    operatorClass === undefined ? '' : `.op(${quoteJs(operatorClass)})`,
  ].join('')
}

function policyJs(policy: PolicyFacts, { module, roleOf }: TableSetting): string {
  const { name, restrictive, command, roles, using, check } = policy
  const to = roles.map(role => roleOf(role) ?? quoteJs(role))
  const parts = [
    restrictive ? "as: 'restrictive'" : '',
    command === 'all' ? '' : `for: ${quoteJs(command)}`,
    roles.join() === 'public' ? '' : `to: ${to.length === 1 ? to[0] : `[${to.join(', ')}]`}`,
    using === undefined ? '' : `using: ${sqlOf(using, module)}`,
    check === undefined ? '' : `withCheck: ${sqlOf(check, module)}`,
  ].filter(part => part !== '')
  const second = parts.length === 0 ? '' : `, { ${parts.join(', ')} }`
  return `${module.use('pgPolicy')}(${quoteJs(name)}${second})`
}
