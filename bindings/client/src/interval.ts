const PARTS = ['years', 'months', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const
const LETTERS = { years: 'Y', months: 'M', days: 'D', hours: 'H', minutes: 'M', seconds: 'S' }

/**
 * A value of PostgreSQL's `interval`: the parts that are not zero, each with its sign.
 *
 * @example
 * const [{ age }] = await sql`select interval '1 year 02:03:04.5' as age`
 * // Interval { years: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 500 }
 * age.toISOString()
 * // 'P1Y0M0DT2H3M4.5S'
 */
export class Interval {
  declare years?: number
  declare months?: number
  declare days?: number
  declare hours?: number
  declare minutes?: number
  declare seconds?: number
  declare milliseconds?: number

  constructor(parts: ArrayLike<number>) {
    PARTS.forEach((name, i) => {
      if (parts[i] !== 0 && parts[i] !== undefined) this[name] = parts[i]
    })
  }

  /** In a form that PostgreSQL reads. */
  toPostgres(): string {
    const parts = PARTS.slice(0, 6).flatMap(name => {
      const value = name === 'seconds' ? this.#seconds(/\.?0+$/) : this[name]
      return value === undefined || value === '' ? [] : [`${value} ${name}`]
    })
    return parts.length === 0 ? '0' : parts.join(' ')
  }

  /** In the form of ISO 8601, with every part. */
  toISOString(): string {
    const part = (name: keyof typeof LETTERS): string =>
      String(name === 'seconds' ? this.#seconds(/0+$/) || 0 : this[name] ?? 0) + LETTERS[name]
    return 'P' + part('years') + part('months') + part('days') +
      'T' + part('hours') + part('minutes') + part('seconds')
  }

  /** The same as `toISOString`. */
  toISO(): string {
    return this.toISOString()
  }

  /** Seconds with their fraction, of which `trailing` is cut off; empty where there are none. */
  #seconds(trailing: RegExp): string | number {
    if (this.milliseconds === undefined) return this.seconds ?? ''
    return ((this.seconds ?? 0) + this.milliseconds / 1000).toFixed(6).replace(trailing, '')
  }
}
