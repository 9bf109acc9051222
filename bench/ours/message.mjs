// The message of every measurement: nlmsghdr 16 + cn_msg 20 + payload, the same bytes as build_message() in native/.

export const ID = { idx: 0x123, val: 0x345 }

export function buildMessage(uapi, payload) {
  const data = new Uint8Array(payload).fill(0x5a)
  return uapi.encodeConnectorMessage({ id: ID, seq: 1, ack: 1, data })
}

export const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])
