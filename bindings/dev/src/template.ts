/**
 * The data directory of PGlite, and the template that it is copied from. Making a cluster takes
 * many seconds of CPU, so it is done once, and every later data directory is a copy of the result.
 */
import { existsSync } from 'node:fs'
import { cp, mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { PGlite } from '@electric-sql/pglite'

/** Role and database of a new cluster. */
export interface Account {
  user: string
  database: string
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function makeCluster(dir: string, { user, database }: Account): Promise<void> {
  const db = await PGlite.create({ dataDir: dir })
  try {
    if (user !== 'postgres') await db.exec(`create role ${quoted(user)} superuser login`)
    if (database !== 'postgres') {
      await db.exec(`create database ${quoted(database)} owner ${quoted(user)}`)
    }
  } finally {
    await db.close()
  }
}

/** Makes `dir` whole or not at all, whatever else happens and whoever else tries. */
async function makeAtOnce(dir: string, make: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(dir), { recursive: true })
  const temporary = `${dir}.${process.pid}.${Date.now()}`
  try {
    await make(temporary)
    await rename(temporary, dir)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another process may have made the same directory meanwhile, which is as good.
    if (!existsSync(join(dir, 'PG_VERSION'))) throw error
  }
}

/** Sees to it that `dataDir` holds a cluster; returns whether it was new. */
export async function prepareDataDir(
  dataDir: string,
  templateDir: string,
  account: Account,
  onProgress: (what: string) => void,
): Promise<boolean> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return false
  if (!existsSync(join(templateDir, 'PG_VERSION'))) {
    onProgress('making a database cluster (once)')
    await makeAtOnce(templateDir, dir => makeCluster(dir, account))
  }
  onProgress('copying the database cluster')
  await makeAtOnce(dataDir, dir => cp(templateDir, dir, { recursive: true }))
  return true
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Claims a data directory, since two processes that write the same one destroy it. Returns what
 * gives it back.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const file = `${resolve(dataDir)}.lock`
  await mkdir(dirname(file), { recursive: true })
  for (;;) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(String(process.pid))
      await handle.close()
      return () => unlink(file).catch(() => {})
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const pid = Number(await readFile(file, 'utf8').catch(() => '0'))
    if (pid > 0 && isAlive(pid)) {
      const what = `${dataDir} is in use by process ${pid}`
      throw new Error(`${what}. Stop that one, or give another folder with --data.`)
    }
    // Its owner died without cleaning up.
    await unlink(file).catch(() => {})
  }
}
