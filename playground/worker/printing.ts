// What print() and console.log() of a scene show: values as text.

const MOST_BYTES = 32
const MOST_LENGTH = 2000
const decoder = new TextDecoder()

/** Values in one line, as a console shows them: texts as they are, the rest so that it can be told apart. */
export function printed(values: readonly unknown[]): string {
  const text = values.map((value) => (typeof value === 'string' ? value : shown(value))).join(' ')
  return text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH)}…` : text
}

function shown(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Uint8Array) return bytesText(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value, (_key, inner: unknown) => plain(inner)) ?? String(value)
  } catch {
    return String(value)
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesText(value)
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'function' ? '[function]' : value
}

function bytesText(bytes: Uint8Array): string {
  const part = bytes.subarray(0, MOST_BYTES)
  const text = decoder.decode(part)
  if (part.length > 0 && /^[\x20-\x7e]+$/.test(text)) return `${bytes.length} bytes "${text}"`
  const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `${bytes.length} bytes [${hex}${bytes.length > part.length ? ' …' : ''}]`
}
