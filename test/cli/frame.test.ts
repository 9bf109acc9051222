// What all commands have in common: options, help, paths, errors, output.
import { describe, expect, test } from 'vitest'
import { type Command, runCommand } from '../../src/cli/frame/command.js'
import { InputError, UsageError } from '../../src/cli/frame/errors.js'
import { helpText } from '../../src/cli/frame/help.js'
import { amount, choice, HELP_OPTION, integer, parseOptions } from '../../src/cli/frame/options.js'
import { Output } from '../../src/cli/frame/output.js'
import { userPath } from '../../src/cli/frame/paths.js'
import { makeAround } from './around.js'

const OPTIONS = {
  all: { type: 'boolean', short: 'a', help: 'everything' },
  name: { type: 'string', value: 'NAME', help: 'what it is called\non two lines' },
  ...HELP_OPTION,
} as const

describe('options', () => {
  test('flags are true or false, texts may be missing', () => {
    expect(parseOptions([], OPTIONS)).toEqual({ values: { all: false, help: false }, operands: [] })
    expect(parseOptions(['-a', '--name=x', 'file'], OPTIONS, true)).toEqual({
      values: { all: true, help: false, name: 'x' },
      operands: ['file'],
    })
  })

  test.each([
    [['--other'], "Unknown option '--other'"],
    [['file'], "Unexpected argument 'file'"],
    [['--name'], '--name'],
    [['--all=1'], '--all'],
    [['--name', '-a'], '--name'],
  ])('%j is a usage error of one line', (args, said) => {
    const parse = () => parseOptions(args, OPTIONS)
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(said)
    expect(parse).toThrow(/^[^\n]+$/)
  })

  test('a whole number', () => {
    expect(integer('--n', undefined, 0, 9)).toBeUndefined()
    expect(['0', '9', '007'].map((text) => integer('--n', text, 0, 9))).toEqual([0, 9, 7])
    for (const text of ['', '-1', '10', '1.5', '0x1', '1e0', ' 1', 'x']) {
      expect(() => integer('--n', text, 0, 9)).toThrow(
        new UsageError(`--n must be a number from 0 to 9, not "${text}"`),
      )
    }
    expect(() => integer('--n', 'x', 1, Number.MAX_SAFE_INTEGER)).toThrow('from 1 up')
  })

  test('an amount', () => {
    expect(['0.5', '1', '9'].map((text) => amount('--s', text, 9))).toEqual([0.5, 1, 9])
    for (const text of ['', '0', '0.0', '-1', '9.1', '.5', 'x', 'Infinity', 'NaN']) {
      expect(() => amount('--s', text, 9)).toThrow(UsageError)
    }
  })

  test('a choice names what there is', () => {
    expect(choice('colour', 'red', ['red', 'blue'])).toBe('red')
    expect(() => choice('colour', 'green', ['red', 'blue'])).toThrow('unknown colour "green"; there are red, blue')
  })
})

test('the help has everything that was described, in columns', () => {
  const text = helpText({
    about: ['Does it.'],
    usage: ['it FILE', 'it --all'],
    operands: { FILE: 'a file' },
    options: OPTIONS,
    notes: ['A note.'],
    examples: { 'it -a': 'all of it' },
    exit: { fine: 'done', wrong: 'not done' },
  })
  expect(text.split('\n')).toEqual([
    'Usage: it FILE',
    '       it --all',
    '',
    'Does it.',
    '',
    'Options',
    '  FILE         a file',
    '  -a, --all    everything',
    '  --name NAME  what it is called',
    '               on two lines',
    '  -h, --help   print this',
    '',
    'A note.',
    '',
    'Examples',
    '  it -a  all of it',
    '',
    'Exit status',
    '  0  done',
    '  1  not done',
    '  2  bad usage, or input that cannot be read',
    '',
  ])
})

describe('a command', () => {
  const command = (run: Command['run']): Command => ({ name: 'it', summary: 'does it', help: 'HELP\n', run })
  const outcome = async (args: string[], work: Command['run'], title?: string) => {
    const { around, written } = makeAround()
    return { status: await runCommand(command(work), args, around, title), ...written }
  }

  test('gives its status', async () => {
    expect(
      await outcome(['x'], async ([x], { stdout }) => {
        stdout.write(`${x}`)
        return 7
      }),
    ).toEqual({
      status: 7,
      out: 'x',
      err: '',
    })
  })

  test.each([[['--help']], [['x', '-h']], [['--wrong', '--help']]])(
    '%j prints the help and does nothing',
    async (args) => {
      const help = await outcome(args, () => Promise.reject(new Error('it ran')))
      expect(help).toEqual({ status: 0, out: 'HELP\n', err: '' })
    },
  )

  test('what stands behind -- is no option', async () => {
    expect(await outcome(['--', '--help'], async () => 5)).toMatchObject({ status: 5, out: '' })
  })

  test('bad usage is one line with a hint, unusable input one without, both status 2', async () => {
    const usage = await outcome([], () => Promise.reject(new UsageError('no such thing')))
    expect(usage).toEqual({ status: 2, out: '', err: 'it: no such thing (--help tells more)\n' })
    const input = await outcome([], () => Promise.reject(new InputError('no such file')), 'all it')
    expect(input).toEqual({ status: 2, out: '', err: 'all it: no such file\n' })
  })

  test('any other error is a bug, and is thrown', async () => {
    await expect(outcome([], () => Promise.reject(new TypeError('oops')))).rejects.toThrow('oops')
  })
})

describe('paths', () => {
  const npm = { npm_lifecycle_event: 'start', npm_package_name: 'kernel-connector', INIT_CWD: '/where/user/is' }

  test('are those of the user where npm has changed the folder', () => {
    expect(userPath('a/b', npm, 'start')).toBe('/where/user/is/a/b')
    expect(userPath('/a/b', npm, 'start')).toBe('/a/b')
  })

  test.each([
    ['without npm', {}],
    ['in another script', { ...npm, npm_lifecycle_event: 'npx' }],
    ['in a script of another package', { ...npm, npm_package_name: 'other' }],
    ['without a folder', { npm_lifecycle_event: 'start' }],
  ])('stay as they are %s', (_, env) => {
    expect(userPath('a/b', env, 'start')).toBe('a/b')
  })
})

describe('output', () => {
  test('is written in pieces, in order', async () => {
    const pieces: string[] = []
    const output = new Output({ write: (text) => pieces.push(String(text)) })
    output.line('one')
    output.line('two')
    expect([pieces, output.full]).toEqual([[], false])
    await output.flush()
    await output.flush()
    expect(pieces).toEqual(['one\ntwo\n'])
    output.line('x'.repeat(20_000))
    expect(output.full).toBe(true)
  })

  test('waits for a stream that takes no more', async () => {
    let drain = () => {}
    const output = new Output({ write: () => false, once: (_, listener) => (drain = listener) })
    output.line('one')
    let flushed = false
    const flush = output.flush().then(() => (flushed = true))
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(flushed).toBe(false)
    drain()
    await flush
    expect(flushed).toBe(true)
  })
})
