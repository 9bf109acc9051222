// assembly/abi.ts read as text: its exports and imports, and the TypeScript that is generated from them.
import { BuildError } from './progress.mjs'

const NAME = '[A-Za-z_$][\\w$]*'
// A doc comment, the decorators and the ts-ignore lines for them that may stand between it and what it documents.
const LEAD = '(?<doc>^/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/[ \\t]*\\n)?(?<decorators>(?:^(?:@|// @ts-ignore).*\\n)*)'
const FUNCTION = new RegExp(
  `${LEAD}^(?<kind>export (?:declare )?|declare )function (?<name>${NAME})\\((?<params>[^)]*)\\)\\s*:\\s*(?<result>[\\w<>.]+)`,
  'gm',
)
const CONSTANT = new RegExp(`${LEAD}^export const (?<name>${NAME})\\s*(?::\\s*(?<type>[\\w<>.]+))?\\s*=`, 'gm')
const OTHER_EXPORT = /^export (?!(declare )?function |const ).*/m
const TYPES = new Set(['i32', 'u32', 'bool', 'usize', 'isize'])

/**
 * The functions, constants and imports that abi.ts declares, in the order of the file.
 * @throws BuildError for an export that cannot cross the door
 */
export function parseAbi(source) {
  const text = source.replace(/\r\n/g, '\n')
  const other = OTHER_EXPORT.exec(text)
  if (other) fail(text, other.index, `only functions and constants are exported from here, not: ${other[0]}`)
  const functions = []
  const imports = []
  for (const match of text.matchAll(FUNCTION)) {
    if (match.groups.kind.includes('declare')) imports.push(parseImport(text, match))
    else functions.push(parseFunction(text, match))
  }
  const constants = [...text.matchAll(CONSTANT)].map((match) => parseConstant(text, match))
  return { functions, constants, imports }
}

function parseFunction(text, match) {
  const { name, doc, params, result } = match.groups
  if (result !== 'void') requireType(text, match, result)
  return { name, doc: doc?.trimEnd() ?? '', params: parseParams(text, match, params), result }
}

function parseParams(text, match, params) {
  const list = params.split(',').map((param) => param.trim())
  if (list.at(-1) === '') list.pop()
  return list.map((param) => {
    const parts = new RegExp(`^(${NAME})\\s*:\\s*(\\w+)$`).exec(param)
    if (!parts) fail(text, match.index, `parameter "${param}" of ${match.groups.name} is not "name: type"`)
    requireType(text, match, parts[2])
    return parts[1]
  })
}

function parseImport(text, match) {
  const { name, decorators, doc, kind } = match.groups
  const external = /@external\(\s*["']([^"']+)["']\s*,\s*["']([^"']+)["']\s*\)/.exec(decorators)
  if (!external) fail(text, match.index, `declare function ${name} needs @external("module", "name")`)
  return { name, doc: doc?.trimEnd() ?? '', path: `${external[1]}.${external[2]}`, exported: kind.startsWith('export') }
}

function parseConstant(text, match) {
  const { name, doc, type } = match.groups
  if (type !== undefined) requireType(text, match, type)
  return { name, doc: doc?.trimEnd() ?? '' }
}

function requireType(text, match, type) {
  if (!TYPES.has(type)) fail(text, match.index, `${match.groups.name}: ${type} cannot cross the door, i32 and u32 can`)
}

function fail(text, index, message) {
  throw new BuildError(`assembly/abi.ts:${text.slice(0, index).split('\n').length}: ${message}`)
}

/** What the release build calls the export at a place of abi.ts: names are a part of what is shipped. The host does the same. */
export const opcodeName = (index) => (index + 1).toString(36)

/** The text of src/machine/abi.generated.ts; layout holds the value of each constant. */
export function renderAbi({ functions, constants, imports }, layout, digest) {
  const indent = (doc) => (doc ? `${doc.replace(/^ *\*/gm, '   *').replace(/^/, '  ')}\n` : '')
  const method = ({ name, doc, params, result }) =>
    `${indent(doc)}  ${name}(${params.map((param) => `${param}: number`).join(', ')}): ${result === 'void' ? 'void' : 'number'}`
  return `// Generated from assembly/abi.ts by scripts/build.mjs; not to be edited.

/** What the kernel exports. */
export interface Abi {
${functions.map(method).join('\n')}
}

/** One number for each call, in the order of abi.ts, under its name in capitals. An enum, for bundlers inline it. */
export enum OPCODES {
${functions.map(({ name }, index) => `  ${name.toUpperCase()} = ${index + 1},`).join('\n')}
}

/** The names of the calls in that order, with a space between them: a text takes less of a bundle than a table does. */
export const CALL_NAMES =
  '${functions.map(({ name }) => name).join(' ')}'

/** How many arguments each call has, a digit for each, in that order. */
export const ARGUMENT_COUNTS =
  '${functions.map(({ params }) => params.length).join('')}'

/** The constants of abi.ts: fixed addresses, and the sizes and offsets of structs, as the kernel has them. An enum, for bundlers inline it. */
export enum LAYOUT {
${constants.map(({ name, doc }) => `${indent(doc)}  ${name} = ${layout[name]},`).join('\n')}
}

/** Of the kernel's sources: images of memory belong to the kernel that made them. */
export const KERNEL_DIGEST = 0x${digest}

/** Everything that the kernel imports (a debug build env.abort too). */
export const IMPORTS = [${['env.memory', ...imports.map(({ path }) => path)].map((path) => `'${path}'`).join(', ')}] as const
`
}
