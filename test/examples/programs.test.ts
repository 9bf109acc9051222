// Each example as a reader starts it, on the built package.
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readText } from '../support/files.js'
import { buildPackage, runNode } from '../support/run-node.js'

beforeAll(buildPackage)

async function run(name: string, ...args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await runNode([`examples/${name}.mjs`, ...args])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trimEnd().split('\n')
}

// They import the built package, which has the release build of the kernel in it.
describe.skipIf(process.env.KERNEL_BUILD === 'debug')('examples', () => {
  test('cn_test: notices of the watched ids, and of no others', async () => {
    const lines = await run('cn_test')
    expect(
      lines.filter((line) => /^connector|^cn_|^neighbour/.test(line)).map((line) => line.replace(/ +/, ' ')),
    ).toEqual([
      'connector 4294967295:4294967295',
      'cn_proc 1:1',
      'cn_test 14:456',
      'cn_echo 14:457',
      'neighbour 15:458',
      'neighbour 13:458',
    ])
    expect(lines.filter((line) => /^\[ +\d+\.\d{6}\] cn_test: \d+:\d+ was (un)?registered$/.test(line))).toHaveLength(6)
    expect(lines.join('\n')).not.toMatch(/13:458 was/)
  })

  test('ucon: the echo, the counter, the notices', async () => {
    const lines = await run('ucon')
    const received = lines.filter((line) => line.startsWith('<-'))
    expect(received.map((line) => line.replace(/.* len \d+ +/, ''))).toEqual([
      'a message that comes back',
      ...[0, 1, 2, 3, 4].map((n) => `counter = ${n}`),
      '(unregistered)',
      '(unregistered)',
    ])
    expect(lines.join('\n')).toMatch(
      /cn_test: port \d+ to 14:456: seq 0, ack \d+, len 28: a message for the kernel log/,
    )
  })

  test('request-reply: a reply, a timeout, a loss that is noticed', async () => {
    const lines = await run('request-reply')
    expect(lines).toEqual([
      expect.stringMatching(/^reply: HELLO \(seq 1, ack \d+\)$/),
      'no reply: no reply of 15:2 to seq 2 within 100 ms. No callback is registered for the id 15:2; the nearest is 15:1 (shout).',
      'loss: ENOBUFS',
      'gap: 44 messages are missing before seq 301',
      '257 of 301 messages received',
    ])
  })

  test('lost-reply: a seed, a schedule, and the order that loses it; none for the mended client', async () => {
    const lines = await run('lost-reply')
    expect(lines[0]).toMatch(/^seed \d+ loses the reply: client\[1000\] waits for a message at port 1000$/)
    expect(lines[1]).toMatch(/^schedule: \[[\d, ]*\], shrunk from \d+ decisions$/)
    expect(lines.at(-2)).toMatch(/client: sees no reply, and waits on$/)
    expect(lines.at(-1)).toBe('mended: 1000 seeds, and none loses it')
  })

  test('lossy-week: readings are missed, and it says how many', async () => {
    const lines = await run('lossy-week')
    expect(lines.at(-1)).toMatch(/^\d+ readings heard, [1-9]\d* missed$/)
  })

  test('process-events: a row for each event', async () => {
    const lines = await run('process-events')
    expect(lines[0]).toMatch(/^ +Time Event +PID Info +Duration Process$/)
    expect(lines.slice(1, -1).every((line) => /^ +\d+\.\d{6} [a-z]+ +\d+ /.test(line))).toBe(true)
    // The recording, and the acknowledgement of the program's own request.
    expect(lines.at(-1)).toBe('27064 messages, 0 lost')
    expect(lines).toHaveLength(27064 + 2)
  })

  test('process-events | head: a reader that closes early is no failure', async () => {
    expect(await runNode(['examples/process-events.mjs'], { closeAfter: 1 })).toMatchObject({ status: 0, stderr: '' })
  })

  test('their types agree with those of the package', async () => {
    const { status, stdout } = await runNode(['node_modules/typescript/bin/tsc', '--project', 'examples'])
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  test('the README names every file', () => {
    const text = readText('examples/README.md')
    const programs = readdirSync(new URL('../../examples', import.meta.url)).filter((name) => name.endsWith('.mjs'))
    expect(programs.filter((name) => !text.includes(name))).toEqual([])
  })
})
