/** What the tests of the example Worker share. */
import assert from 'node:assert/strict'

/** What the Worker is bound to: the endpoint has one role, which is both of its roles. */
export function bindingsOf({ databaseUrl }) {
  return {
    DATABASE_URL: databaseUrl,
    MIGRATE_DATABASE_URL: databaseUrl,
    MIGRATE_TOKEN: 'token-for-tests',
    ENVIRONMENT: 'test',
  }
}

/**
 * Makes the Worker's tables, by its own endpoint. Without pgvector the second migration fails, and
 * the first, which makes the users, stays.
 */
export async function migrate(worker, { vector }) {
  const response = await worker.fetch('/ballast/migrate', {
    method: 'POST',
    headers: { authorization: 'Bearer token-for-tests', accept: 'application/json' },
    body: JSON.stringify({ action: 'apply', environment: 'test' }),
  })
  const { done, error } = await response.json()
  if (vector) assert.deepEqual(done?.applied, ['0000_users', '0001_vector', '0002_documents'])
  else assert.deepEqual([error?.tag, error?.applied], ['0001_vector', ['0000_users']])
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
