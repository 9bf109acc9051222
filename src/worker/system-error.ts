// Errors of the kernel that is served, which may come from another copy of this package than this module.

import type { SystemError } from '../user/errors.js'

/** Whether it is what a failed call of a socket throws. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && error.name === 'SystemError' && 'errno' in error && typeof error.errno === 'number'
}
