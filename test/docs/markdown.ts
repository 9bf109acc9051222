// The documents as the tests read them: blocks of code, tables, links.
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readText } from '../support/files.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every document of the repository's top folder, docs/ and examples/ that is there. */
export const DOCUMENTS = [
  'README.md',
  ...['docs', 'examples']
    .filter((folder) => existsSync(`${root}/${folder}`))
    .flatMap((folder) => readdirSync(`${root}/${folder}`).map((name) => `${folder}/${name}`))
    .filter((path) => path.endsWith('.md'))
    .sort(),
]

export interface Block {
  /** `README.md:12`: the line of the fence. */
  readonly at: string
  readonly language: string
  readonly code: string
}

/** The fenced blocks of a document. */
export function blocksOf(path: string): Block[] {
  const blocks: Block[] = []
  let open: { line: number; language: string; lines: string[] } | undefined
  readText(path)
    .split('\n')
    .forEach((text, index) => {
      const fence = /^```(\w*)$/.exec(text)
      if (fence === null) open?.lines.push(text)
      else if (open === undefined) open = { line: index + 1, language: fence[1] ?? '', lines: [] }
      else {
        blocks.push({ at: `${path}:${open.line}`, language: open.language, code: open.lines.join('\n') })
        open = undefined
      }
    })
  if (open !== undefined) throw new Error(`${path}:${open.line}: this block is never closed`)
  return blocks
}

/** The tables of a document: rows of cells, the heading first, the line below it left out. */
export function tablesOf(path: string): string[][][] {
  const tables: string[][][] = []
  let table: string[][] | undefined
  for (const line of readText(path).split('\n')) {
    if (!line.startsWith('|')) table = undefined
    else {
      if (table === undefined) {
        table = []
        tables.push(table)
      }
      if (!/^[|\s:-]+$/.test(line)) table.push(line.slice(1, line.lastIndexOf('|')).split(' | ').map(trim))
    }
  }
  return tables
}

/** The table whose heading begins with this cell, without its heading. */
export function tableOf(path: string, firstHeading: string): string[][] {
  const found = tablesOf(path).find((table) => table[0]?.[0] === firstHeading)
  if (found === undefined) throw new Error(`${path} has no table that begins with the column ${firstHeading}`)
  return found.slice(1)
}

/** Where the links and pictures of a document lead, those to other sites left out. */
export function linksOf(path: string): string[] {
  return [...readText(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((to) => !/^\w+:/.test(to))
}

/** The anchors that a document's headings make. */
export function anchorsOf(path: string): string[] {
  return [...readText(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** The text between the first pair of backticks, or all of it. */
export function codeIn(cell: string): string {
  return /`([^`]*)`/.exec(cell)?.[1] ?? cell
}

function trim(text: string): string {
  return text.trim()
}
