/** The JSON of one statement's result, written while its rows arrive. */
import { responseTooLarge } from './errors.js'
import { renderValue, type ArrayTypes } from './values.js'
import { readRow, type Column } from './wire.js'

/** How many bytes of rows a whole reply may hold; the statements of a batch share it. */
export class Budget {
  readonly limit: number
  #used = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** Checks before it counts, so the last row may overshoot, as on Neon. */
  spend(bytes: number): void {
    if (this.#used > this.limit) throw responseTooLarge(this.limit)
    this.#used += bytes
  }

  /** Throws when what was spent is over the limit. */
  settle(): void {
    if (this.#used > this.limit) throw responseTooLarge(this.limit)
  }
}

/** The shape of the rows. */
export interface Shape {
  rawText: boolean
  arrayMode: boolean
}

/** First word and count of a command tag; INSERT has an oid between the two. */
export function readCommandTag(tag: string): { command: string; rowCount: number | null } {
  const words = tag.split(' ')
  const command = words[0] ?? ''
  const count = (command === 'INSERT' ? words[2] : words[1]) ?? ''
  return { command, rowCount: /^[0-9]+$/.test(count) ? Number(count) : null }
}

/** Collects one result. */
export class ResultWriter {
  #shape: Shape
  #budget: Budget
  #columns: readonly Column[] = []
  #keys: string[] = []
  #rows: string[] = []
  #tag = ''
  /** Array types beyond PostgreSQL's own; to be set before the rows are added. */
  arrays: ArrayTypes = new Map()

  constructor(shape: Shape, budget: Budget) {
    this.#shape = shape
    this.#budget = budget
  }

  columns(columns: readonly Column[]): void {
    this.#columns = columns
    this.#keys = columns.map(column => `${JSON.stringify(column.name)}:`)
  }

  row(body: Buffer): void {
    const cells = readRow(body)
    const parts = cells.map((cell, i) => {
      const key = this.#shape.arrayMode ? '' : (this.#keys[i] ?? '')
      return key + this.#cell(cell, this.#columns[i]?.typeId ?? 0)
    })
    const list = parts.join(',')
    // An object repeats the name of a column that comes twice, as Neon's does.
    const row = this.#shape.arrayMode ? `[${list}]` : `{${list}}`
    this.#budget.spend(Buffer.byteLength(row) + 1)
    this.#rows.push(row)
  }

  command(tag: string): void {
    this.#tag = tag
  }

  finish(): string {
    this.#budget.settle()
    const fields = this.#columns.map(column => ({
      name: column.name,
      dataTypeID: column.typeId,
      tableID: column.tableId,
      columnID: column.columnId,
      dataTypeSize: column.typeSize,
      dataTypeModifier: column.typeModifier,
      format: 'text',
    }))
    const { command, rowCount } = readCommandTag(this.#tag)
    return (
      `{"fields":${JSON.stringify(fields)},"rows":[${this.#rows.join(',')}],` +
      `"command":${JSON.stringify(command)},"rowCount":${rowCount},` +
      `"rowAsArray":${this.#shape.arrayMode}}`
    )
  }

  #cell(cell: string | null, type: number): string {
    if (cell === null) return 'null'
    return this.#shape.rawText ? JSON.stringify(cell) : renderValue(cell, type, this.arrays)
  }
}
