// The package in Node, with so few sockets that all of them are in the processor's caches.
import * as node from './node.mjs'

export const title = 'few sockets'
export const { prepare } = node

export function run({ file, params, few }) {
  return node.run({ file, params: { ...params, sockets: few } })
}
