// The words for machines: why a message reaches somebody, or does not.

/**
 * | reason | what it says | who is told what |
 * | --- | --- | --- |
 * | `delivered` | it comes into a queue, or a module's input function takes it | |
 * | `callback` | the connector runs a callback with it, inside the call | |
 * | `work-queue` | the connector queues it for its callback; `clock.runUntilIdle()` runs that | |
 * | `filter` | a socket filter looks at it, and may drop it or cut it | the sender sees no difference |
 * | `empty` | it has no bytes | ENODATA |
 * | `too-long` | it is longer than the send buffer allows | EMSGSIZE |
 * | `privilege` | the sender may not name an address | EPERM |
 * | `no-memory` | memory pressure is critical | ENOBUFS, -ENOMEM |
 * | `no-socket` | nobody has that port | ECONNREFUSED |
 * | `no-kernel-socket` | nobody takes messages to port 0 of that protocol, or in that namespace | ECONNREFUSED |
 * | `connected` | the receiver has connected to another port than the sender's | ECONNREFUSED |
 * | `no-listener` | nobody is a member of that group | -ESRCH for the kernel |
 * | `closed` | the socket that was asked about is closed | |
 * | `protocol` | it is of another protocol than the message | |
 * | `namespace` | it is in another network namespace | |
 * | `other-port` | the message goes to another port, and to no group | |
 * | `not-member` | it is no member of the group | |
 * | `self` | it is the sender, which a multicast leaves out | |
 * | `excluded` | a multicast leaves its port out | |
 * | `unbound` | it has no port: a multicast that names port 0 leaves it out | |
 * | `congested` | it lost a message, and takes nothing until its queue has been read empty | EAGAIN; a loss for a multicast |
 * | `full` | its receive buffer has no room | EAGAIN; a loss for a multicast |
 * | `not-listening` | nobody, or not this socket, has asked cn_proc for process events | |
 * | `masked` | its last request to cn_proc leaves this kind of event out | |
 * | `length` | the lengths of a connector message do not agree | nobody is told |
 * | `unregistered` | no callback has the id | -ENODEV for the kernel; else nobody is told |
 */
export type Reason =
  | 'delivered'
  | 'callback'
  | 'work-queue'
  | 'filter'
  | 'empty'
  | 'too-long'
  | 'privilege'
  | 'no-memory'
  | 'no-socket'
  | 'no-kernel-socket'
  | 'connected'
  | 'no-listener'
  | 'closed'
  | 'protocol'
  | 'namespace'
  | 'other-port'
  | 'not-member'
  | 'self'
  | 'excluded'
  | 'unbound'
  | 'congested'
  | 'full'
  | 'not-listening'
  | 'masked'
  | 'length'
  | 'unregistered'

/** What becomes of a message at one place. */
export interface Outcome {
  readonly reaches: boolean
  readonly reason: Reason
  /** One sentence. */
  readonly sentence: string
}

/** It gets there. */
export const yes = (reason: Reason, sentence: string): Outcome => ({ reaches: true, reason, sentence })

/** It does not. */
export const no = (reason: Reason, sentence: string): Outcome => ({ reaches: false, reason, sentence })
