// The package in Node, with a journal that records from boot on.
import * as node from './node.mjs'

export const title = 'Node, recording'
export const { prepare } = node

export function run({ file, params }) {
  return node.run({ file, params: { ...params, journal: true } })
}
