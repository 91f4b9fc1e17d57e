/** Who may use whom: between the rooms of the core, and between the packages. */
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { imports } from './source.mjs'

/** Each room with the rooms below it that it may include. */
const rooms = {
  result: [],
  json: ['result'],
  codec: ['result'],
  task: ['result'],
  hash: ['result'],
  sql: ['result'],
  catalog: ['result'],
  literal: ['result', 'sql', 'catalog'],
  check: ['result', 'json', 'sql', 'catalog', 'literal'],
  branch: ['result', 'json', 'task', 'neon'],
  neon: ['result', 'json', 'codec', 'task'],
  migrate: ['result', 'json', 'codec', 'task', 'hash', 'neon'],
  folder: ['result', 'task', 'hash', 'sql'],
  schema: ['result', 'json', 'sql'],
  diff: ['result', 'sql', 'schema'],
  plan: ['result', 'task', 'sql', 'schema', 'diff'],
  tape: ['result', 'json', 'codec', 'neon'],
}

/** Each tree of JavaScript with what it may import, as patterns over resolved targets. */
const trees = [
  {
    tree: 'bindings/client/src/',
    may: [
      /^bindings\/client\/src\//,
      /^#((migrate|check)-)?wasm$/,
      /^\.*\/?.*\.wasm(\?module)?$/,
      /^drizzle-orm(\/|$)/,
    ],
    only: {
      'drizzle-orm': /\/drizzle[\w.-]*\.ts$/,
      'node:': /\/host\/(wasm|migrate|check)\.node\.ts$/,
    },
  },
  {
    tree: 'bindings/dev/src/',
    may: [
      /^bindings\/dev\/src\//,
      /^node:/,
      /^hono(\/|$)/,
      /^@hono\//,
      /^ws$/,
      /^pg(-|\/|$)/,
      /^@electric-sql\//,
    ],
  },
  {
    tree: 'bindings/cli/src/',
    may: [
      /^bindings\/(cli|dev)\/src\//,
      /^bindings\/client\/src\/instance\.ts$/,
      /^ballast(\/(migrate|check|verified))?$/,
      /^@babel\/(parser|types)$/,
      /^@electric-sql\//,
      /^node:/,
      /^(commander|dotenv|esbuild|fastest-levenshtein|jsonc-parser|picocolors|zod)$/,
      /package\.json$/,
    ],
  },
  {
    tree: 'worker/src/',
    may: [/^worker\/src\//, /^ballast(\/|$)/, /^hono(\/|$)/, /^zod(\/|$)/, /^cloudflare:/],
  },
  { tree: 'worker/migrator/', may: [/^worker\/src\/(migrate|env)\.ts$/] },
  { tree: 'scripts/', may: [/^scripts\//, /^node:/] },
]

/** Where an include leads: `{ room, header }`, or undefined outside the core. */
function roomOf(target, from) {
  const public_ = /^ballast\/(\w+)\.h$/.exec(target)
  if (public_) return { room: public_[1], header: target }
  const joined = posix.normalize(posix.join(posix.dirname(from), target))
  for (const path of [joined, target, `src/${target}`]) {
    const inside = /^src\/(\w+)\/(.+)$/.exec(path)
    if (inside && inside[1] in rooms) return { room: inside[1], header: path, private: true }
  }
  return undefined
}

function homeOf(path) {
  return /^src\/(\w+)\//.exec(path)?.[1] ?? /^include\/ballast\/(\w+)\.h$/.exec(path)?.[1]
}

function resolve(target, from) {
  if (!target.startsWith('.')) return target
  const path = posix.normalize(posix.join(posix.dirname(from), target))
  // TypeScript may name the file that it will become.
  return from.endsWith('.ts') ? path.replace(/\.js$/, '.ts') : path
}

function roomDirection(files) {
  return files
    .filter(file => file.kind === 'cpp' && homeOf(file.path))
    .flatMap(file => {
      const home = homeOf(file.path)
      if (!(home in rooms))
        return [`${file.path}:1: the room ${home} is not in tests/support/direction.mjs`]
      return imports(file).flatMap(({ target, line }) => {
        const to = roomOf(target, file.path)
        if (to === undefined || to.room === home) return []
        if (!rooms[home].includes(to.room))
          return [`${file.path}:${line}: ${home} must not use ${to.room}`]
        // A table is part of the public header that makes an enumeration of it.
        if (to.private && !to.header.endsWith('.def'))
          return [`${file.path}:${line}: ${to.header} is private to ${to.room}`]
        return []
      })
    })
}

function treeDirection(files) {
  return files
    .filter(file => file.kind === 'ts')
    .flatMap(file => {
      const rule = trees.find(({ tree }) => file.path.startsWith(tree))
      if (rule === undefined) return []
      return imports(file).flatMap(({ target, line }) => {
        const to = builtinModules.includes(target) ? `node:${target}` : resolve(target, file.path)
        for (const [start, where] of Object.entries(rule.only ?? {})) {
          if (to.startsWith(start))
            return where.test(file.path)
              ? []
              : [`${file.path}:${line}: ${to} must not be imported here`]
        }
        return rule.may.some(pattern => pattern.test(to))
          ? []
          : [`${file.path}:${line}: ${to} must not be imported here`]
      })
    })
}

// What nobody imports: entry points are named by a package.json, a script, or a build.
const entries = [
  /\.test\.mjs$/,
  /\.config\.[mc]?[jt]s$/,
  /\.d\.ts$/,
  /^tests\/(fixtures|types|bench|fuzz)\//,
  /^tests\/workerd\/.*\.ts$/,
  /^tests\/tidy\.mjs$/,
  /^scripts\/(setup|build|bundle|start|test|reporter)\.mjs$/,
  /^bindings\/\w+\/build\.mjs$/,
  /^bindings\/client\/src\/(index|drizzle|expect|migrate\/index)\.ts$/,
  /^bindings\/client\/src\/host\//,
  /^bindings\/cli\/src\/(cli|dev)\.ts$/,
  /^bindings\/dev\/src\/index\.ts$/,
  /^worker\/(src|migrator)\/index\.ts$/,
  // PostgreSQL's own headers include these.
  /^src\/sql\/postgres\/pg_config\w*\.h$/,
]

function starts({ path, kind }) {
  return kind === 'ts' || /(^|\/)(package\.json|CMakeLists\.txt)$|\.cmake$/.test(path)
}

function deadFiles(files) {
  const used = new Set()
  for (const file of files) {
    if (file.kind !== 'ts' && file.kind !== 'cpp') continue
    for (const { target } of imports(file)) {
      used.add(resolve(target, file.path))
      if (file.kind === 'cpp') {
        used.add(posix.normalize(posix.join(posix.dirname(file.path), target)))
        for (const folder of ['include', 'src', 'tests']) used.add(`${folder}/${target}`)
      }
    }
  }
  const isDead = ({ path, kind }) => {
    if (kind !== 'ts' && !path.endsWith('.h')) return false
    if (used.has(path) || entries.some(pattern => pattern.test(path))) return false
    // What is started as a program is named by the one who starts it: a test, npm or CMake.
    const name = posix.basename(path)
    return !files.some(file => file.path !== path && starts(file) && file.text.includes(name))
  }
  const builds = files
    .filter(file => /CMakeLists\.txt$|\.cmake$/.test(file.path))
    .map(file => file.text)
    .join('\n')
  const unbuilt = file =>
    /^(src|wasm)\/.*\.cpp$/.test(file.path) &&
    builds !== '' &&
    !/GLOB/.test(builds) &&
    !builds.includes(posix.basename(file.path))
  return [
    ...files.filter(isDead).map(file => `${file.path}:1: nothing imports this file`),
    ...files.filter(unbuilt).map(file => `${file.path}:1: no CMakeLists.txt builds this file`),
  ]
}

/** The rules of this file, for `tests/tidy.mjs`. */
export const directionRules = {
  'room direction': roomDirection,
  'package direction': treeDirection,
  'no dead file': deadFiles,
}
