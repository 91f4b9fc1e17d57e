/**
 * Printing numbers as Neon's proxy prints them, which is how Rust's ryu does: shortest digits that
 * read back the same, always with a point or an exponent.
 */

/** A finite double: `1` is `1.0`, `1e16` stays `1e16`, `-0` is `-0.0`. */
export function printFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  if (value === 0) return '0.0'
  const sign = value < 0 ? '-' : ''
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const exponent = Number(exponentText)
  // Plain notation is used while the point lies within 16 digits, or at most five zeros follow it.
  if (exponent >= 0 && exponent < 16) {
    const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
    return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
  }
  if (exponent < 0 && exponent >= -5) {
    return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  }
  const rest = digits.slice(1)
  return `${sign}${digits[0]}${rest === '' ? '' : `.${rest}`}e${exponent}`
}

const kMaxU64 = 18446744073709551615n
const kMinI64 = -9223372036854775808n

/**
 * A JSON number as a parameter: whole numbers within 64 bits keep their digits, all others pass
 * through a double, as they do on Neon.
 */
export function printJsonNumber(text: string): string {
  if (/^-?[0-9]+$/.test(text)) {
    if (text === '-0') return '-0.0'
    const whole = BigInt(text)
    if (whole >= kMinI64 && whole <= kMaxU64) return whole.toString()
  }
  return printFloat(Number(text))
}
