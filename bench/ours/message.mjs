// The message of every measurement: nlmsghdr 16 + cn_msg 20 + payload, the same bytes as build_message() in native/.

export const ID = { idx: 0x123, val: 0x345 }
const NLMSG_DONE = 3

export function buildMessage(uapi, payload) {
  const data = new Uint8Array(payload).fill(0x5a)
  return uapi.encodeConnectorMessage({ id: ID, seq: 1, ack: 1, data })
}

const PAYLOAD_WORD = 0x5a5a5a5a
/** Bytes of nlmsghdr and cn_msg. */
export const MESSAGE_HEADERS = 36

/** The payload whose writeMessage() is written out below. */
export const PAYLOAD = 64

/** Writes the same message with another seq and 64 bytes of payload, word by word, as a program does that knows its message. */
export function writeMessage(words, seq) {
  words[0] = MESSAGE_HEADERS + PAYLOAD
  words[1] = NLMSG_DONE
  words[2] = seq
  words[4] = ID.idx
  words[5] = ID.val
  words[6] = seq
  words[7] = 1
  words[8] = PAYLOAD
  words[9] = PAYLOAD_WORD
  words[10] = PAYLOAD_WORD
  words[11] = PAYLOAD_WORD
  words[12] = PAYLOAD_WORD
  words[13] = PAYLOAD_WORD
  words[14] = PAYLOAD_WORD
  words[15] = PAYLOAD_WORD
  words[16] = PAYLOAD_WORD
  words[17] = PAYLOAD_WORD
  words[18] = PAYLOAD_WORD
  words[19] = PAYLOAD_WORD
  words[20] = PAYLOAD_WORD
  words[21] = PAYLOAD_WORD
  words[22] = PAYLOAD_WORD
  words[23] = PAYLOAD_WORD
  words[24] = PAYLOAD_WORD
}

/** Looks at a message: the length, seq, the id, the length of the data, its first and its last word. */
export const readMessage = (words) => (words[0] + words[2] + words[4] + words[5] + words[8] + words[9] + words[24]) | 0

/** What that is for the message with a seq. */
export function readOf(seq) {
  const words = new Uint32Array((MESSAGE_HEADERS + PAYLOAD) >>> 2)
  writeMessage(words, seq)
  return readMessage(words)
}

export const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])
