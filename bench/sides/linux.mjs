// The machine's own Linux, by the C program in native/.
import { platform } from 'node:os'
import { buildNative } from '../native/build.mjs'
import { runProcess } from './process.mjs'

export const title = 'Linux'

let program

export async function prepare() {
  if (platform() !== 'linux') return { unavailable: `this is ${platform()}, which has no AF_NETLINK` }
  const built = await buildNative()
  program = built.program
  return built.program ? undefined : built
}

/** `native`: the measurement here, where the package has another one for it. */
export function run({ file, native = file, params }) {
  const options = Object.entries(params).map(([name, value]) => `--${name}=${value}`)
  return runProcess(program, [native, ...options])
}
