// The protocols: which exist, how many groups they have, who may use them, and where their kernel socket's messages go.

import { CAP_NET_ADMIN, NETLINK_CONNECTOR, NETLINK_USERSOCK, NL_CFG_F_NONROOT_RECV, NL_CFG_F_NONROOT_SEND } from '../uapi/constants'
import { EPERM } from '../uapi/errno'
import { PROTOCOLS, kernel } from '../kernel'
import { CALL_BIND, CALL_UNBIND, callHost } from '../slot'
import { hasCap } from '../task/cred'
import { Sock, protocolOf } from './sock'

//   struct Protocol, 32 bytes, at PROTOCOLS + 32 * number
//      0 ┌──────────────┬──────────────┐
//        │ registered   │ groups       │ whether sockets can be opened; the highest group
//      8 │ flags        │ input        │ NL_CFG_F_*; who takes messages to port 0
//     16 │ hooks        │ listening    │ which functions the host has; whether has_listeners looks at members
//     24 │ present      │ slot         │ whether there is a kernel socket; the host's functions
//     32 └──────────────┴──────────────┘
@unmanaged
export class Protocol {
  registered: u32
  groups: u32
  flags: u32
  input: u32
  hooks: u32
  listening: u32
  present: u32
  slot: u32
}

/** How many protocol numbers there are. */
export const MAX_PROTOCOLS: u32 = 32
/** The least number of groups. */
export const MIN_GROUPS: u32 = 32
/** Group numbers without an end. */
export const ANY_GROUP: u32 = 0xffffffff
/** Nobody takes messages to port 0. */
export const INPUT_NONE: u32 = 0
/** The connector takes them. */
export const INPUT_CONNECTOR: u32 = 1
/** A function of the host takes them. */
export const INPUT_HOST: u32 = 2
/** There is a bind hook of the host. */
export const HOOK_BIND: u32 = 1
/** There is an unbind hook of the host. */
export const HOOK_UNBIND: u32 = 2
/** The connector's own bind rule. */
export const HOOK_CONNECTOR: u32 = 4

/** The protocol with this number, which must be below MAX_PROTOCOLS. */
// @ts-ignore: decorator
@inline
export function protocolAt(number: u32): Protocol {
  return changetype<Protocol>(PROTOCOLS + (number << 5))
}

/** Registers the protocols that are there from the start. */
export function initProtocols(): void {
  const usersock = protocolAt(NETLINK_USERSOCK)
  usersock.registered = 1
  usersock.groups = MIN_GROUPS
  usersock.flags = NL_CFG_F_NONROOT_SEND
  usersock.listening = 1
  const connector = protocolAt(NETLINK_CONNECTOR)
  connector.registered = 1
  connector.groups = kernel().anyGroup ? ANY_GROUP : MIN_GROUPS
  connector.flags = NL_CFG_F_NONROOT_RECV
  connector.input = INPUT_CONNECTOR
  connector.hooks = HOOK_CONNECTOR
  connector.listening = 1
  connector.present = 1
}

/** Whether the socket's task may do what `flag` opens to everybody, or has CAP_NET_ADMIN. */
export function netlinkAllowed(sock: Sock, flag: u32): bool {
  return (protocolAt(protocolOf(sock)).flags & flag) != 0 || hasCap(sock.task.cred, CAP_NET_ADMIN)
}

/** Asks the protocol whether the socket may join a group; 0 or -errno. */
export function bindHook(sock: Sock, group: u32): i32 {
  const protocol = protocolAt(protocolOf(sock))
  if (protocol.hooks & HOOK_CONNECTOR) return connectorBind(sock, group)
  if (protocol.hooks & HOOK_BIND) return callHost(protocol.slot, CALL_BIND, group, 0)
  return 0
}

/** Tells the protocol that a group was left. */
export function unbindHook(number: u32, group: u32): void {
  const protocol = protocolAt(number)
  if (protocol.hooks & HOOK_UNBIND) callHost(protocol.slot, CALL_UNBIND, group, 0)
}

// Linux 6.6 and later: odd group numbers are free for all (conformance membership/unprivileged-on-connector).
function connectorBind(sock: Sock, group: u32): i32 {
  return (group & 1) != 0 || hasCap(sock.task.cred, CAP_NET_ADMIN) ? 0 : -EPERM
}
