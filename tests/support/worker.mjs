/** What the tests of the example Worker share. */
import { neon } from 'ballast'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { top } from './source.mjs'

/** Makes the Worker's tables, through the endpoint; without pgvector only what needs none. */
export async function loadSchema(databaseUrl, { vector }) {
  const sql = neon(databaseUrl)
  const text = readFileSync(join(top, 'worker/schema.sql'), 'utf8').replace(/^--.*$/gm, '')
  const statements = text
    .split(';')
    .map(part => part.trim())
    .filter(Boolean)
  for (const statement of statements) {
    if (vector || !statement.includes('vector')) await sql.query(statement)
  }
}

/** `(method, path, body)` to `{ status, headers, body }`, JSON both ways. */
export function jsonClient(worker) {
  return async (method, path, value) => {
    const init = { method }
    if (value !== undefined) {
      init.body = JSON.stringify(value)
      init.headers = { 'content-type': 'application/json' }
    }
    const response = await worker.fetch(path, init)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    }
  }
}
