/** A branch for a while: made, used, and deleted whatever happens in between. */
import { randomBytes } from 'node:crypto'

import type { Context } from '../command.js'
import { Failure } from '../failure.js'
import type { ApiEvent, NeonApi } from './api.js'
import { telling, type Branch } from './branch.js'

/** What the branch is to be. */
export interface Wanted {
  name?: string | undefined
  parent?: string | undefined
  expires: string
}

/** The code of a change of which nobody knows whether it was made. */
const kUnknown = 'BB009'

/** One temporary branch. */
export class PreviewBranch {
  readonly name: string
  readonly #context: Context
  readonly #api: NeonApi
  readonly #expires: string
  #id: string | null = null
  /** Whether it may be there, so that somebody has to look. */
  #mayExist = false

  private constructor(context: Context, api: NeonApi, { name, expires }: Wanted) {
    this.name = name ?? `preview-${randomBytes(5).toString('hex')}`
    this.#context = context
    this.#api = api
    this.#expires = expires
  }

  /** Makes it, runs `body`, and deletes it again; says which branch is left where that fails. */
  static async use<T>(
    context: Context,
    api: NeonApi,
    wanted: Wanted,
    body: (branch: PreviewBranch) => Promise<T>,
    keep = false,
  ): Promise<T> {
    const branch = new PreviewBranch(context, api, wanted)
    // A second Ctrl-C ends the process here and now: then at least it is said what is left.
    const onExit = (): void => branch.#sayLeft('The process was ended before it could be deleted.')
    process.on('exit', onExit)
    try {
      await branch.#create(wanted.parent)
      return await body(branch)
    } finally {
      if (keep) branch.#sayLeft('It was kept, as --keep says.')
      else await branch.#delete()
      process.off('exit', onExit)
    }
  }

  /** Its connection string. */
  async url(database: string | undefined): Promise<string> {
    const ask = { do: 'url', branch: this.#id ?? this.name, database }
    const { uri } = await this.#api.perform<{ uri: string }>(ask)
    this.#context.screen.secrets.addUrl(uri)
    return uri
  }

  async #create(parent: string | undefined): Promise<void> {
    const tell = telling(this.#context)
    const onEvent = (event: ApiEvent): void => {
      if (event.event === 'created') {
        this.#id = event.branch
        this.#mayExist = true
      }
      tell(event)
    }
    const { signal } = this.#context
    const ask = { do: 'create', name: this.name, parent, expires: this.#expires }
    try {
      await this.#api.perform<{ branch: Branch }>(ask, { signal, onEvent })
    } catch (error) {
      if (error instanceof Failure && error.fields['code'] === kUnknown) this.#mayExist = true
      throw error
    }
  }

  /** Nothing interrupts this: it is what makes an interruption harmless. */
  async #delete(): Promise<void> {
    if (!this.#mayExist) return
    const { screen } = this.#context
    screen.status(`deleting ${this.name} …`)
    const ask = { do: 'delete', branch: this.#id ?? this.name, missingOk: true }
    try {
      const { branch } = await this.#api.perform<{ branch: Branch | null }>(ask, {})
      if (branch === null && this.#id === null) {
        this.#sayLeft('There is none of that name so far, but Neon may still make it.')
      } else screen.event({ event: 'deleted', branch: this.#id, name: this.name })
      this.#mayExist = false
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#sayLeft(`It could not be deleted: ${why}.`)
      this.#mayExist = false
      throw error
    }
  }

  #sayLeft(why: string): void {
    if (!this.#mayExist) return
    const { screen } = this.#context
    const id = this.#id === null ? '' : ` (${this.#id})`
    screen.event({ event: 'left', branch: this.#id, name: this.name, expires: this.#expires, why })
    screen.note(
      `Left behind: branch ${this.name}${id}. ${why} It expires at ${this.#expires}; ` +
        `\`ballast branch delete ${this.name} --hard\` deletes it before.`,
    )
  }
}
