/** What `ballast rebase` asks git. Nothing is written by it: what to commit is the user's. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { failure } from './failure.js'

const run = promisify(execFile)
// Of a large repository a listing may be long; more than this is no folder of migrations.
const kMaxOutput = 64 * 1024 * 1024

/** A state of the repository. */
export interface Base {
  /** How the user calls it. */
  ref: string
  commit: string
}

/** The repository that a folder is in; paths are relative to the folder. */
export class Repository {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async #git(...args: readonly string[]): Promise<string> {
    const options = { cwd: this.#folder, maxBuffer: kMaxOutput }
    return (await run('git', [...args], options)).stdout
  }

  async #try(...args: readonly string[]): Promise<string | null> {
    return this.#git(...args).catch(() => null)
  }

  async #commitOf(ref: string): Promise<string | null> {
    const found = await this.#try('rev-parse', '--verify', '--quiet', `${ref}^{commit}`)
    return found === null ? null : found.trim()
  }

  /**
   * The state whose migrations stay: what the user names, else the main branch as far as it is
   * merged, also while a merge is under way.
   */
  async base(onto: string | undefined): Promise<Base> {
    if ((await this.#try('rev-parse', '--git-dir')) === null) {
      throw failure(
        'the folder of migrations is in no git repository, or there is no git',
        '`ballast rebase` asks git which migrations another branch already has.',
      )
    }
    if (onto !== undefined) {
      // What begins with a dash would be taken for an option.
      const commit = onto.startsWith('-') ? null : await this.#commitOf(onto)
      if (commit !== null) return { ref: onto, commit }
      throw failure(`git knows no ${onto}`, '--onto takes a branch, a tag or a commit.')
    }
    const merging = await this.#commitOf('MERGE_HEAD')
    const head = await this.#commitOf('HEAD')
    const tips = [head, merging].filter(tip => tip !== null)
    for (const ref of ['origin/HEAD', 'origin/main', 'main', 'origin/master', 'master']) {
      const commit = await this.#commitOf(ref)
      if (commit === null) continue
      for (const tip of tips) if (await this.#isWithin(commit, tip)) return { ref, commit }
      const common = head === null ? null : await this.#try('merge-base', head, commit)
      if (common !== null) return { ref, commit: common.trim() }
    }
    throw failure(
      'there is no branch main to compare with',
      'Name the branch whose migrations stay: --onto REF.',
    )
  }

  async #isWithin(commit: string, tip: string): Promise<boolean> {
    return (await this.#try('merge-base', '--is-ancestor', commit, tip)) !== null
  }

  /** The paths of the files that a commit has in the folder. */
  async paths(commit: string): Promise<string[]> {
    const listed = await this.#try('ls-tree', '-r', '-z', '--name-only', commit, '.')
    return (listed ?? '').split('\0').filter(path => path !== '')
  }

  /** The text of a file as a commit has it; null where it has none. */
  async text(commit: string, path: string): Promise<string | null> {
    return this.#try('show', `${commit}:./${path}`)
  }

  /** The commit that brought a file, on any side of a merge; null where none did yet. */
  async origin(path: string): Promise<string | null> {
    const tips = ['HEAD', 'MERGE_HEAD']
    for (const tip of tips) {
      if ((await this.#commitOf(tip)) === null) continue
      const args = ['log', '-1', '--diff-filter=A', '--no-renames', '--format=%H', tip, '--', path]
      const found = (await this.#try(...args))?.trim() ?? ''
      if (found !== '') return found
    }
    return null
  }
}
