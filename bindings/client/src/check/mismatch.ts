/** A result's description held against what a check has said of it. */
import type { Field } from '../shape.ts'
import type { ResultColumn } from './result.ts'

// The first oid that is no built-in object's. Those above are of one database alone.
const FIRST_OWN = 16384

/** What is not as it was said, or undefined. */
export function mismatch(
  columns: readonly ResultColumn[], fields: readonly Field[],
): string | undefined {
  if (columns.length !== fields.length) {
    return `the result has ${fields.length} columns, and the schema says ${columns.length}`
  }
  for (let i = 0; i < columns.length; i++) {
    const wrong = differs(columns[i] as ResultColumn, fields[i] as Field)
    if (wrong !== undefined) return `column ${i + 1} of the result ${wrong}`
  }
  return undefined
}

function differs(column: ResultColumn, field: Field): string | undefined {
  const { name, type, oid, modifier } = column
  if (name !== field.name) return `is called "${field.name}", and the schema says "${name}"`
  const isOwn = !(oid > 0 && oid < FIRST_OWN)
  if (isOwn ? field.dataTypeID < FIRST_OWN : field.dataTypeID !== oid) {
    return `"${name}" has the type ${field.dataTypeID}, and the schema says ${type}` +
      (isOwn ? '' : ` (${oid})`)
  }
  if (!isOwn && modifier !== field.dataTypeModifier) {
    return `"${name}" has the modifier ${field.dataTypeModifier}, and the schema says ${modifier}`
  }
  return undefined
}
