// What a socket of any kind knows of ioctl(2); netlink itself has no request (conformance lifecycle/ioctl).

import { FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, SIOCGPGRP, SIOCSPGRP } from '../uapi/index.js'

const SETTING: readonly number[] = [FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, SIOCSPGRP]

/** The int that the caller finds where it passed `value`; undefined for a request that no socket knows. */
export function ioctl(request: number, value: number): number | undefined {
  if (SETTING.includes(request)) return value
  return request === SIOCGPGRP ? 0 : undefined
}
