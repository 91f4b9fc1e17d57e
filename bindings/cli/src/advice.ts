/** What to do about a problem that a runner reports. */

/** Where a problem came up. */
export interface Situation {
  /** The command, as it is typed: `ballast migrate`. */
  command: string
  /** Whether a Worker's endpoint reported it. */
  isRemote: boolean
}

const exact: Readonly<Record<string, (at: Situation) => string>> = {
  BM002: () => 'Or check out the commit that is deployed.',
  BM003: () =>
    'Is this the right database? --environment says which one is meant. To give the database ' +
    'that name for good, run `ballast migrate` with --claim-environment.',
  BM007: () =>
    'Generate the migration anew so that it comes last, or allow it with --order non-linear.',
  BM008: () => 'Run `ballast migrate` against this database first.',
  BM009: () =>
    'Write its down migration, bundle it and run this again; or bring the old state back with a ' +
    'new migration.',
  BM011: () => 'Run `ballast undo` with the same --to again, then `ballast migrate`.',
  BM013: () => 'Look at what the statement left behind, mend it, and run `ballast migrate` again.',
  BM015: () => 'Use the release of ballast that wrote the journal, or a newer one.',
  BM016: () => '`ballast status` lists the tags.',
  BH005: () => '`ballast status` shows what is applied.',
  BM301: () => 'Check BALLAST_MIGRATE_TOKEN: there is one token each for status, apply and undo.',
  BM302: () => 'The endpoint undoes only where its settings have a token for it (`tokens.undo`).',
  BM303: () => 'Name the environment of that Worker with --environment, or in ballast.config.json.',
  BM305: () => 'Wait a minute, and check BALLAST_MIGRATE_TOKEN.',
  '42501': () =>
    'The role in the URL lacks a right. Migrations want a role of their own, which owns the ' +
    'tables: put its URL into MIGRATE_DATABASE_URL.',
  '55P03': () => 'Or wait longer with --lock-timeout.',
  '57014': () =>
    'The statement took longer than it may. Give it more time with --statement-timeout, or in ' +
    'the file with a comment such as `-- ballast:statement_timeout=5min`.',
}

// Whether another command ran makes no difference.
const kChanging = /^ballast (?:migrate|undo|baseline)$/

const kGiven = 'The Worker did not reach the database. Check the URL that it was given.'
const kWho = 'Check user and password of the URL in the environment variable.'

const byClass: Readonly<Record<string, (at: Situation) => string>> = {
  BN: () =>
    'Check the URL in the environment variable; it must be a postgresql:// URL. In a password ' +
    'write % as %25, / as %2F, ? as %3F and # as %23.',
  BH: at =>
    at.isRemote
      ? kGiven
      : 'Check the network and the URL in the environment variable.',
  BH008: at => (at.isRemote ? kGiven : kWho),
  '28': () => kWho,
  '3D': () => 'Check the name of the database in the URL in the environment variable.',
  '40': () => 'Other transactions were in the way. Run it again.',
  '53': () => 'The server is short of something. Run it again later.',
}

function classOf(code = ''): ((at: Situation) => string) | undefined {
  return byClass[code] ?? byClass[code.slice(0, 2)]
}

/** What is told of a database that cannot be asked: its URL, the network, who asks. */
export function connectionAdvice(code: string | undefined): string | undefined {
  return classOf(code)?.({ command: '', isRemote: false })
}

/** What a person would be told; undefined where the message says it all. */
export function adviceFor(
  code: string | undefined,
  fate: string | undefined,
  at: Situation,
): string | undefined {
  const mayHaveRun = fate === 'unknown' && kChanging.test(at.command)
  if (mayHaveRun && !/^B[MA]|^BH005/.test(code ?? '')) {
    return `It is not known whether it ran. Run \`${at.command}\` again: it finds out.`
  }
  const known = exact[code ?? ''] ?? classOf(code)
  if (known !== undefined) return known(at)
  // What is wrong with a statement, or with the rows that it meets.
  const isMendable = /^(0A|2[1-7]|2B|3F|42|44|P0)/.test(code ?? '')
  return isMendable ? `Mend it and run \`${at.command}\` again.` : undefined
}
