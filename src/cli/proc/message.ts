// Datagrams of cn_proc.

import { CN_IDX_PROC, CN_VAL_PROC, tryDecodeConnectorMessage, tryDecodeProcEvent } from '../../uapi/index.js'
import type { Told } from './source.js'

/** A datagram of the connector as a message of cn_proc; null if it is something else, a request to cn_proc for example. */
export function decodeTold(datagram: Uint8Array): Told | null {
  const msg = tryDecodeConnectorMessage(datagram)?.msg
  if (msg?.id.idx !== CN_IDX_PROC || msg.id.val !== CN_VAL_PROC) return null
  const event = tryDecodeProcEvent(msg.data)
  return event === null ? null : { type: 'event', msg, event }
}
