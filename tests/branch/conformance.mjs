// The OpenAPI file of Neon's management API, as something that judges requests and answers.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

const require = createRequire(import.meta.url)
const client = dirname(require.resolve('@neondatabase/api-client/package.json'))
const document = parse(readFileSync(join(client, 'public-v2-for-users.gen.yaml'), 'utf8'))

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type more. */
function asJsonSchema(value) {
  if (Array.isArray(value)) return value.map(asJsonSchema)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, example: _, ...rest } = value
  const out = Object.fromEntries(
    Object.entries(rest).map(([key, part]) => [key, asJsonSchema(part)]),
  )
  return nullable === true && typeof out.type === 'string'
    ? { ...out, type: [out.type, 'null'], ...(out.enum ? { enum: [...out.enum, null] } : {}) }
    : out
}

const ajv = new Ajv.default({ strict: false, allErrors: true, coerceTypes: false })
addFormats.default(ajv)
for (const name of ['int', 'int32', 'int64', 'double']) ajv.addFormat(name, true)
ajv.addSchema(asJsonSchema({ components: document.components }), 'neon')

const compiled = new Map()
function validatorOf(schema) {
  const key = JSON.stringify(schema)
  if (!compiled.has(key)) {
    const absolute = JSON.parse(JSON.stringify(asJsonSchema(schema)).replaceAll('"#/', '"neon#/'))
    compiled.set(key, ajv.compile(absolute))
  }
  return compiled.get(key)
}

function resolve(part) {
  if (part?.$ref === undefined) return part
  return part.$ref.slice(2).split('/').reduce((at, key) => at[key], document)
}

const routes = Object.entries(document.paths).map(([path, item]) => ({
  path,
  item,
  pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '([^/]+)')}$`),
}))

/** The operation that a request is of: `{ name, operation, parameters, values }`. */
export function operationOf(method, path) {
  for (const { path: name, item, pattern } of routes) {
    const found = pattern.exec(path)
    const operation = item[method.toLowerCase()]
    if (found === null || operation === undefined) continue
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve)
    const names = [...name.matchAll(/\{([^}]+)\}/g)].map(([, key]) => key)
    const texts = names.map((key, at) => [key, decodeURIComponent(found[at + 1])])
    const values = Object.fromEntries(texts)
    return { name: `${method} ${name}`, operation, parameters, values }
  }
  return undefined
}

function complaints(schema, value, what) {
  const validate = validatorOf(schema)
  if (validate(value)) return []
  return validate.errors.map(({ instancePath, message }) => `${what}${instancePath} ${message}`)
}

/** A value of a path or a query is a text; the schema may want a number or a boolean. */
function typed(text, { type } = {}) {
  if (type === 'integer' || type === 'number') return Number(text)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

/** What is wrong with a request, in sentences. */
export function judgeRequest(method, path, query, body) {
  const found = operationOf(method, path)
  if (found === undefined) return [`there is no ${method} ${path}`]
  const { name, operation, parameters, values } = found
  const given = [
    ...Object.entries(values).map(([key, value]) => ['path', key, value]),
    ...[...query].map(([key, value]) => ['query', key, value]),
  ]
  const wrong = given.flatMap(([place, key, value]) => {
    const parameter = parameters.find(each => each.in === place && each.name === key)
    if (parameter === undefined) return [`${name}: there is no ${place} parameter ${key}`]
    return complaints(parameter.schema, typed(value, resolve(parameter.schema)), `${name} ${key}`)
  })
  const isGiven = each => given.some(([place, key]) => place === each.in && key === each.name)
  const missing = parameters
    .filter(each => each.required && !isGiven(each))
    .map(({ name: key }) => `${name}: ${key} is missing`)
  const wanted = resolve(operation.requestBody)
  const schema = wanted?.content?.['application/json']?.schema
  const all = [...wrong, ...missing]
  if (body === undefined) return [...all, ...(wanted?.required ? [`${name}: no body`] : [])]
  if (schema === undefined) return [...all, `${name} takes no body`]
  return [...all, ...complaints(schema, body, `${name} body`)]
}

/** What is wrong with an answer, in sentences. */
export function judgeResponse(method, path, status, body) {
  const found = operationOf(method, path)
  if (found === undefined) return [`there is no ${method} ${path}`]
  const { responses } = found.operation
  const response = resolve(responses[status] ?? responses.default)
  if (response === undefined) return [`${found.name}: no answer ${status} is documented`]
  if (responses[status] === undefined && status < 400) {
    return [`${found.name}: success is not ${status}`]
  }
  const schema = response.content?.['application/json']?.schema
  if (schema === undefined && body === undefined) return []
  if (schema === undefined) return [`${found.name}: a body with ${status}`]
  if (body === undefined) return [`${found.name}: no body with ${status}`]
  return complaints(schema, body, `${found.name} ${status}`)
}
