// Which error it was that a system call has failed with.

import { SystemError } from '../user/errors.js'

export function isCode(error: unknown, code: string): boolean {
  return error instanceof SystemError && error.code === code
}
