// A generic netlink message as a family builds it.

import type { DumpSkb } from '../../api.js'
import { encodeGenlmsghdr, encodeNlmsg, GENL_HDRLEN, NlattrWriter, nlaAlign } from '../../uapi/index.js'
import { asObject } from '../../user/index.js'
import type { GenlFamily, GenlInfo } from './family.js'

/**
 * A message with its headers, and room for attributes: the nla_put_*() functions are its methods. Made by genlmsg_put().
 */
export class GenlSkb extends NlattrWriter {
  readonly portid: number
  readonly seq: number
  readonly type: number
  readonly flags: number

  /** @internal */
  constructor(portid: number, seq: number, family: GenlFamily, flags: number, cmd: number) {
    super()
    asObject(family, 'family')
    if (family.id === undefined) throw new TypeError(`the family ${family.name} is not registered`)
    this.portid = portid
    this.seq = seq
    this.type = family.id
    this.flags = flags
    this.reserve(GENL_HDRLEN)?.set(encodeGenlmsghdr({ cmd, version: family.version ?? 0 }))
    this.reserve(nlaAlign(family.hdrsize ?? 0))
  }

  /** The whole message as bytes. */
  toDatagram(): Uint8Array {
    const header = { nlmsg_type: this.type, nlmsg_flags: this.flags, nlmsg_seq: this.seq, nlmsg_pid: this.portid }
    return encodeNlmsg(header, this.toBytes())
  }

  /** Puts it into a part of a dump; false if it does not fit there. */
  putInto(skb: DumpSkb): boolean {
    return skb.nlmsg_put(this.portid, this.seq, this.type, this.toBytes(), this.flags)
  }
}

/**
 * Begins a message.
 *
 * @param portid whose answer it is, 0 for what nobody asked for
 * @param family must be registered
 * @throws TypeError, RangeError
 * @example
 * const msg = genlmsg_put(info.snd_portid, info.snd_seq, family, 0, CMD_GET)
 * msg.nla_put_u32(ATTR_VALUE, 42)
 * return genl.genlmsg_reply(msg, info)
 */
export function genlmsg_put(portid: number, seq: number, family: GenlFamily, flags: number, cmd: number): GenlSkb {
  return new GenlSkb(portid, seq, family, flags, cmd)
}

/** The same with port, sequence number and family of the request that it answers. */
export function genlmsg_put_reply(info: GenlInfo, flags: number, cmd: number): GenlSkb {
  return new GenlSkb(asObject(info, 'info').snd_portid, info.snd_seq, info.family, flags, cmd)
}
