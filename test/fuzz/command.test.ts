// The fuzzer of the door as a command, which makes a program with each build of the kernel.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const COMMAND = fileURLToPath(new URL('../../scripts/fuzz-door.mjs', import.meta.url))

test.runIf(process.env.KERNEL_BUILD === 'release')('npm run fuzz:door runs on both builds', { timeout: 60_000 }, () => {
  const args = [COMMAND, '--build', 'both', '--parser', 'address', '--count', '250']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.replace(/[\d.]+ s$/gm, '* s').split('\n')).toEqual([
    'release address: 250 inputs in 1 rounds, 1 of them twice, seed 1, * s',
    'debug address: 250 inputs in 1 rounds, 1 of them twice, seed 1, * s',
    '',
  ])
  expect(status).toBe(0)
})
