// All scenes, in the order of the table.
import type { Scene } from '../scene.js'
import { amongCallbacks, toCallback } from './connector.js'
import { connectorSend, toFunctions, toListeners, withSlowListener } from './multicast.js'
import { life } from './socket.js'
import { amongMany, emptyReceive, inPlace, movedOneToOne, oneToOne, peerToPeer } from './unicast.js'

const MEBIBYTE = 1 << 20

const amongSockets: readonly Scene[] = [
  amongMany(100),
  amongMany(20_000, { memory: 64 * MEBIBYTE }),
  { ...amongMany(1_000_000, { memory: 512 * MEBIBYTE, sockets: 1_000_010 }), large: true },
]
const amongIds: readonly Scene[] = [amongCallbacks(100), amongCallbacks(100_000)]

export const scenes: readonly Scene[] = [
  oneToOne(64, '64 B'),
  oneToOne(4096, '4 KB'),
  movedOneToOne(4096, '4 KB'),
  inPlace,
  peerToPeer,
  emptyReceive,
  toCallback,
  connectorSend,
  toListeners(64),
  toListeners(512),
  toListeners(4096),
  withSlowListener(512),
  toFunctions(64),
  toFunctions(512),
  life,
  ...amongSockets,
  ...amongIds,
]

/** Rows that are the same but for how many there are, the fewest first. */
export const AMONG_SOCKETS = amongSockets.flatMap(({ rows }) => rows)
export const AMONG_CALLBACKS = amongIds.flatMap(({ rows }) => rows)
