/** A diagram of the tables and what they refer to, as Mermaid draws them. */
import { has, listOf, nameOf, readObjects, textOf } from './types-of-model.js'
import type { ModelObject, ModelObjects, ModelText } from './types-of-model.js'

/** The text of an `erDiagram`. */
export function writeDiagram(model: ModelText): string {
  const objects = readObjects(model)
  const tables = objects.of('table').filter(table => !has(table, 'partition_of'))
  const known = new Set(tables.map(nameOf))
  const lines = tables.flatMap(table => entity(objects, table))
  const links = tables.flatMap(table =>
    objects
      .parts(table, 'constraint')
      .filter(({ facts }) => facts['type'] === 'foreign key')
      .filter(key => known.has(listOf(key, 'references').join('.')))
      .map(key => link(objects, table, key)),
  )
  return `erDiagram\n${[...lines, ...links].map(line => `  ${line}\n`).join('')}`
}

function entity(objects: ModelObjects, table: ModelObject): string[] {
  const keys = keysOf(objects, table)
  const columns = objects.columns(table).map(column => {
    const type = word(textOf(column, 'type') ?? '')
    const marks = (keys.get(column.name) ?? []).join(', ')
    const comment = textOf(column, 'comment')
    const parts = [type, word(column.name), marks, comment === undefined ? '' : quoted(comment)]
    return `  ${parts.filter(part => part !== '').join(' ')}`
  })
  return columns.length === 0 ? [entityName(table)] : [`${entityName(table)} {`, ...columns, '}']
}

/** What each column is in: PK, FK, UK. */
function keysOf(objects: ModelObjects, table: ModelObject): Map<string, string[]> {
  const words: Readonly<Record<string, string>> = {
    'primary key': 'PK',
    'foreign key': 'FK',
    unique: 'UK',
  }
  const marks = new Map<string, string[]>()
  for (const [type, mark] of Object.entries(words)) {
    for (const constraint of objects.parts(table, 'constraint')) {
      if (constraint.facts['type'] !== type) continue
      const columns = listOf(constraint, 'columns')
      // A column is unique by itself only.
      if (mark === 'UK' && columns.length > 1) continue
      for (const column of columns) {
        const given = marks.get(column) ?? []
        if (!given.includes(mark)) marks.set(column, [...given, mark])
      }
    }
  }
  return marks
}

/** One row there, none or one or many here. */
function link(objects: ModelObjects, table: ModelObject, key: ModelObject): string {
  const [schema = '', name = ''] = listOf(key, 'references')
  const columns = listOf(key, 'columns')
  const required = objects.columns(table).filter(each => has(each, 'not_null'))
  const isRequired = columns.every(column => required.some(each => each.name === column))
  const isSingle = objects
    .parts(table, 'constraint')
    .filter(({ facts }) => facts['type'] === 'primary key' || facts['type'] === 'unique')
    .some(each => [...listOf(each, 'columns')].sort().join('\0') === [...columns].sort().join('\0'))
  const target = entityName({ ...table, schema, name })
  const ends = `${isRequired ? '||' : '|o'}--o${isSingle ? '|' : '{'}`
  return `${target} ${ends} ${entityName(table)} : ${quoted(columns.join(', '))}`
}

function entityName({ schema, name }: ModelObject): string {
  return quoted(schema === 'public' ? name : `${schema}.${name}`)
}

/** A text in quotes, which Mermaid cannot escape. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', "'").replace(/[\u0000-\u001f%\\]+/g, ' ')}"`
}

/** A type or a column's name as one word of Mermaid's. */
function word(text: string): string {
  const plain = text
    .replace(/^character varying/, 'varchar')
    .replace(/^timestamp(\(\d\))? with time zone/, 'timestamptz$1')
    .replace(/^timestamp(\(\d\))? without time zone/, 'timestamp$1')
    .replace(/^public\./, '')
    .replace(/[^\p{L}\p{N}_()[\]-]+/gu, '_')
  return /^\p{L}/u.test(plain) ? plain : `_${plain}`
}
