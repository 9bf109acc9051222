// Before any test: both builds of the kernel and the generated door are up to date. Quick when they are.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export default function setup(): void {
  const build = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))
  execFileSync(process.execPath, [build, '--only', 'wasm'], { stdio: ['ignore', 'inherit', 'inherit'] })
}
