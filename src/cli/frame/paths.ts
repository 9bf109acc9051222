// Paths as the user means them.

import { resolve } from 'node:path'
import type { Environment } from './surroundings.js'

/**
 * A path from the command line. `npm run` changes to the folder of this package before it starts one of its scripts; a relative
 * path is meant from where the user is.
 *
 * @param script the script of this package's package.json that runs the command
 */
export function userPath(path: string, env: Environment, script: string): string {
  const { npm_lifecycle_event, npm_package_name = 'kernel-connector', INIT_CWD } = env
  // A script of another package, which calls the installed command, writes its paths as seen from that package.
  const isOurs = npm_lifecycle_event === script && npm_package_name === 'kernel-connector'
  return isOurs && INIT_CWD !== undefined ? resolve(INIT_CWD, path) : path
}
