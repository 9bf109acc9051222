// Files: what is saved, what is opened, and what an opened one is.

/** Has the browser save bytes under a name. */
export function save(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

const CAPTURES = [
  [0x0a, 0x0d, 0x0d, 0x0a],
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0xc3, 0xd4],
  [0x4d, 0x3c, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
]

/** Whether bytes begin as a pcapng or pcap file does. */
export function isCapture(bytes: Uint8Array): boolean {
  return CAPTURES.some((magic) => magic.every((byte, i) => bytes[i] === byte))
}
