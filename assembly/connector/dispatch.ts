// A message from user space to the connector: checked, looked up, and handed to its callback, at once or from the work queue.

import { CONNECTOR_MAX_MSG_SIZE } from '../uapi/constants'
import { kernel } from '../kernel'
import { nil, refOf } from '../memory'
import { CALL_CN, callHost } from '../slot'
import { Skb, skbData } from '../skb/skb'
import { handleRequest } from './notify'
import { procRequest } from './proc'
import { CnCallback, KIND_HOST, KIND_SELF, callbackFind } from './registry'
import { CN_HEADERS, NLMSG_HEADER } from './wire'
import { queueWork } from './work'

/** Takes a datagram that was sent to the connector. What is malformed, or for an id that nobody has, vanishes. */
export function connectorInput(skb: Skb): void {
  const data = skbData(skb)
  if (skb.len < CN_HEADERS) return
  const length = load<u32>(data)
  if (length < CN_HEADERS || length > skb.len || length > NLMSG_HEADER + CONNECTOR_MAX_MSG_SIZE) return
  if (length < CN_HEADERS + <u32>load<u16>(data, 32)) return
  const callback = callbackFind(load<u32>(data, 16), load<u32>(data, 20))
  if (nil(callback)) return
  if (kernel().dispatch) queueWork(callback, skb)
  else runCallback(callback, skb)
}

/** Runs a callback. The host's function comes last: it may do anything, the callback's own end included. */
export function runCallback(callback: CnCallback, skb: Skb): void {
  if (callback.kind == KIND_HOST) callHost(callback.slot, CALL_CN, refOf(skb), 0)
  else if (callback.kind == KIND_SELF) handleRequest(skb)
  else procRequest(skb)
}
