// What the bundled parts of the tests use of Node's Buffer: bytes as hexadecimal digits.

export const Buffer = {
  from: (bytes: Uint8Array) => ({
    /** @throws TypeError for any other encoding */
    toString(encoding: string): string {
      if (encoding !== 'hex') throw new TypeError(`there is no encoding ${encoding} here`)
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  }),
}
