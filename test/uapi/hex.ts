// Bytes as text, and back.

/** Lower-case hexadecimal digits, two a byte. */
export function hex(array: Uint8Array): string {
  return Array.from(array, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes of hexadecimal digits; blanks do not count. */
export function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}
