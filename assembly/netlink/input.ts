// Messages to port 0: to the connector, to a kernel socket of the host, or to nobody.

import { refOf } from '../memory'
import { ECONNREFUSED } from '../uapi/errno'
import { CALL_INPUT, callHost } from '../slot'
import { connectorInput } from '../connector/dispatch'
import { Skb } from '../skb/skb'
import { INPUT_CONNECTOR, INPUT_HOST, protocolAt } from './protocol'

/** Hands a message to the kernel's side of a protocol: its length, or -ECONNREFUSED. Kernel sockets live in the initial namespace. */
export function kernelInput(key: u32, skb: Skb): i32 {
  if (key > 0xff) return -ECONNREFUSED
  const protocol = protocolAt(key)
  const len = skb.len
  if (protocol.input == INPUT_CONNECTOR) connectorInput(skb)
  else if (protocol.input == INPUT_HOST) callHost(protocol.slot, CALL_INPUT, refOf(skb), 0)
  else return -ECONNREFUSED
  return len
}
