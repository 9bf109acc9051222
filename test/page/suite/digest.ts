// Long answers as one short text that is the same wherever the answers are.

const REST = (_: string, value: unknown) => {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Uint8Array ? Array.from(value) : value
}

/** SHA-256 of bytes, or of any data as JSON, in hexadecimal digits. */
export async function digestOf(data: unknown): Promise<string> {
  const bytes = data instanceof Uint8Array ? data.slice() : new TextEncoder().encode(JSON.stringify(data, REST))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
