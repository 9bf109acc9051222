// How the page names things.

import { errnoName, NETLINK_PROTOCOLS, nameOf } from '../../src/uapi/index.js'

const NS_PER_MICROSECOND = 1000n
const MICROSECONDS = 1_000_000n
const formatter = new Intl.NumberFormat('en')

/** `212,992` */
export const count = (n: number): string => formatter.format(n)

/** `1 message`, `2 messages` */
export const counted = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`

/** The name without NETLINK_, or the number. */
export const protocolName = (protocol: number): string =>
  nameOf(NETLINK_PROTOCOLS, protocol)?.replace('NETLINK_', '') ?? String(protocol)

/** `1.000250 s` */
export function seconds(time: bigint): string {
  const micro = time / NS_PER_MICROSECOND
  return `${micro / MICROSECONDS}.${String(micro % MICROSECONDS).padStart(6, '0')} s`
}

/** What a call answered: a number, or the name of an error. */
export const resultText = (result: number): string => (result < 0 ? `-${errnoName(result)}` : count(result))

/** The ports and groups that messages go to. */
export function destination({ portid, group }: { portid: number; group: number }, from: number): string {
  const port = portid === 0 ? 'kernel' : `port ${portid}`
  if (group === 0) return port
  return from === 0 || portid === 0 ? `group ${group}` : `group ${group}, ${port}`
}
