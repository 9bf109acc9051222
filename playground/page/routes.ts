// The ways that messages take across the stage: from box to box, with what became of them.

import { TAP_VERDICTS } from '../../src/api/tap.js'
import type { TapVerdict } from '../../src/api.js'
import { tryDecodeConnectorMessage } from '../../src/uapi/connector-message.js'
import { NETLINK_CONNECTOR } from '../../src/uapi/index.js'
import type { MachineView } from '../shared/protocol.js'
import type { LoggedDelivery, LoggedEvent } from './event-log.js'
import { CORE_NODE, callbackNode, groupNode, socketNode } from './stage.js'

/** A box, in pixels from the corner of the stage. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** From a box over another one to a third. */
export interface Route {
  /** Six numbers: x and y of where it begins, bends and ends. */
  readonly points: readonly [number, number, number, number, number, number]
  /** The number of the verdict. */
  readonly verdict: number
}

/** Where everything is. */
export type Boxes = ReadonlyMap<string, Box>

const REFUSED = TAP_VERDICTS.indexOf('refused')

/** The ways of one message: one for each receiver, or one that ends in the middle if there is none. */
export function routesOf(event: LoggedEvent, view: MachineView, boxes: Boxes): Route[] {
  const from = boxes.get(senderNode(event, view)) ?? boxes.get(CORE_NODE)
  if (from === undefined) return []
  const group = event.to.group === 0 ? undefined : boxes.get(groupNode(event.protocol, event.to.group))
  const core = boxes.get(CORE_NODE)
  const over = group ?? core ?? from
  if (event.deliveries.length === 0) return [route(from, over, over, REFUSED)]
  return event.deliveries.flatMap((delivery) => {
    const to = boxes.get(receiverNode(event, delivery, boxes))
    if (to === undefined) return []
    const bend = delivery.socket === 0 ? to : over
    return [route(from, bend, to, verdictNumber(delivery.verdict))]
  })
}

const verdictNumber = (verdict: TapVerdict) => TAP_VERDICTS.indexOf(verdict)

function senderNode(event: LoggedEvent, view: MachineView): string {
  if (event.from === 0) return connectorNode(event)
  const socket = view.sockets.find(({ protocol, portid }) => protocol === event.protocol && portid === event.from)
  return socket === undefined ? CORE_NODE : socketNode(socket.id)
}

function receiverNode(event: LoggedEvent, { socket }: LoggedDelivery, boxes: Boxes): string {
  if (socket !== 0) return socketNode(socket)
  const node = connectorNode(event)
  return boxes.has(node) ? node : CORE_NODE
}

/** The callback that a message of the connector is about. */
function connectorNode({ protocol, data }: LoggedEvent): string {
  const message = protocol === NETLINK_CONNECTOR ? tryDecodeConnectorMessage(data) : null
  return message === null ? CORE_NODE : callbackNode(message.msg.id.idx, message.msg.id.val)
}

function route(from: Box, over: Box, to: Box, verdict: number): Route {
  const [x0, y0] = edge(from, over)
  const [x1, y1] = over === to ? edge(to, from) : centre(over)
  const [x2, y2] = over === to ? [x1, y1] : edge(to, over)
  return { points: [x0, y0, x1, y1, x2, y2], verdict }
}

const centre = ({ left, top, width, height }: Box): [number, number] => [left + width / 2, top + height / 2]

/** Where the line from the middle of a box to another one leaves it. */
function edge(box: Box, towards: Box): [number, number] {
  const [x, y] = centre(box)
  const [tx, ty] = centre(towards)
  const dx = tx - x
  const dy = ty - y
  const scale = Math.max(Math.abs(dx) / (box.width / 2), Math.abs(dy) / (box.height / 2))
  return scale <= 1 ? [x, y] : [x + dx / scale, y + dy / scale]
}
