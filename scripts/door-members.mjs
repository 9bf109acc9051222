// What the host calls the calls of the door in the built files: `$` and the key under which the release build exports them, so that no
// table of names is shipped. A call that has the name of something public keeps it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { opcodeName } from './abi.mjs'

/** Calls whose names are those of members that users see, or might: test/package/inner-names.test.ts finds others. */
export const KEPT_CALLS = [
  'boot',
  'halt',
  'stats',
  'socket',
  'close',
  'bind',
  'connect',
  'getsockname',
  'getpeername',
  'send',
  'sendmsg',
  'recv',
  'peek',
  'release',
  'setsockopt',
  'getsockopt',
  'poll',
  'cn_add_callback',
  'cn_del_callback',
]

/** The names of all calls, in the order of abi.ts. */
export function readCallNames(root) {
  const generated = readFileSync(join(root, 'src/machine/abi.generated.ts'), 'utf8')
  return /CALL_NAMES =\s+'([^']*)'/.exec(generated)[1].split(' ')
}

/** The short name of each call that has one, as esbuild takes it. */
export function shortCallNames(root) {
  const names = readCallNames(root).map((name, index) => [name, `$${opcodeName(index)}`])
  return Object.fromEntries(names.filter(([name]) => !KEPT_CALLS.includes(name)))
}

/** The plugin for esbuild: src/machine/door.ts by the short names. */
export function doorMembers(root) {
  const names = readCallNames(root)
  const kept = KEPT_CALLS.map((name) => [opcodeName(names.indexOf(name)), name])
  const contents = `const KEPT = ${JSON.stringify(Object.fromEntries(kept))}
export const memberOf = (key) => KEPT[key] ?? '$' + key`
  const setup = ({ onLoad }) => onLoad({ filter: /[\\/]src[\\/]machine[\\/]door\.ts$/ }, () => ({ contents }))
  return { name: 'door-members', setup }
}
