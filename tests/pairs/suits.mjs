/** Which index methods a type has an operator class for. */
import { family, typeText } from './types.mjs'

const METHODS = {
  hash: ['number', 'text', 'boolean', 'date', 'timestamp', 'timestamptz', 'uuid', 'inet', 'enum'],
  gin: ['array', 'tsvector'],
  brin: ['number', 'text', 'date', 'timestamp', 'timestamptz', 'uuid'],
  gist: ['range'],
}

/** Whether a column of this type can be sorted: json is the type that cannot. */
export const isSortable = (schema, type) => !/^json(\[\])?$/.test(typeText(schema, type))

/** Whether an index of this method takes the type without naming an operator class. */
export function suits(schema, method, type) {
  const kind = family(schema, type)
  if (method === 'btree') return isSortable(schema, type)
  if (method === 'gin' && kind === 'json') return isSortable(schema, type)
  return isSortable(schema, type) && METHODS[method].includes(kind)
}
