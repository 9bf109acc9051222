// The one error of a machine that has no netlink for us: it says which thing is missing, and what to do about it.

/** Why there is no host netlink here. */
export type HostUnavailableReason =
  /** The system is not Linux. */
  | 'not-linux'
  /** A processor whose structs are laid out otherwise than this package knows them. */
  | 'unsupported-cpu'
  /** The package koffi is not installed. */
  | 'koffi-missing'
  /** koffi is installed, but its native part cannot be loaded; `cause` has its own error. */
  | 'koffi-unloadable'
  /** The kernel has no netlink, or the sandbox that this process runs in hides it. */
  | 'no-netlink'
  /** The process may not open a netlink socket. */
  | 'not-permitted'

/** The machine's own netlink cannot be used; `reason` says why. */
export class HostUnavailableError extends Error {
  override readonly name = 'HostUnavailableError'
  readonly reason: HostUnavailableReason

  constructor(reason: HostUnavailableReason, message: string, options?: { cause?: unknown }) {
    super(`kernel-connector/host: ${message}`, options)
    this.reason = reason
  }
}
