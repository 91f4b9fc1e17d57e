// A PostgreSQL for tests that need many databases, each of which may be ruined.
import pg from 'pg'

import { startDev } from '../../bindings/cli/dist/dev.js'
import { startPostgres } from './postgres.mjs'

/** A server, and for each run a new database with an endpoint in front of it. */
export async function openArena() {
  const settings = { max_connections: 120, autovacuum: 'off' }
  const server = await startPostgres({ settings })
  const admin = new pg.Client(server.url)
  await admin.connect()
  let made = 0
  const endpoints = new Set()
  // One at a time, since a client has one session.
  let last = Promise.resolve()
  const ask = query => (last = last.then(() => admin.query(query)))
  return {
    server,
    async database() {
      const name = `arena_${++made}`
      await ask(`create database ${name}`)
      const direct = new URL(server.url)
      direct.pathname = `/${name}`
      const dev = await startDev({ postgres: direct.href, port: 0 })
      endpoints.add(dev)
      return {
        url: dev.databaseUrl,
        endpoint: dev.url,
        direct: direct.href,
        /** Past the endpoint. */
        async rows(query, values = []) {
          const client = await this.connect()
          try {
            return (await client.query({ text: query, values, rowMode: 'array' })).rows
          } finally {
            await client.end()
          }
        },
        async connect() {
          const client = new pg.Client(direct.href)
          await client.connect()
          return client
        },
        async drop() {
          endpoints.delete(dev)
          await dev.close()
          await ask(`drop database ${name} with (force)`)
        },
      }
    },
    async close() {
      await Promise.all([...endpoints].map(dev => dev.close()))
      await admin.end()
      await server.stop()
    },
  }
}
