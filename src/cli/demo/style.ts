// How text looks on a terminal, and columns.

export type Paint = (text: string) => string

export interface Style {
  readonly title: Paint
  readonly command: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly bad: Paint
}

const plain: Paint = (text) => text

const sgr =
  (code: number): Paint =>
  (text) =>
    `\x1b[${code}m${text}\x1b[0m`

/** Colours, or none. */
export function style(colors: boolean): Style {
  if (!colors) return { title: plain, command: plain, dim: plain, good: plain, bad: plain }
  return { title: sgr(1), command: sgr(36), dim: sgr(2), good: sgr(32), bad: sgr(31) }
}

/** Whether a stream shows colours: a terminal that can, and nobody said no. */
export function showsColors(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** Lines of a table, its columns as wide as they must be; numbers stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const lines = [head, ...rows]
  const width = head.map((_, i) => Math.max(...lines.map((cells) => String(cells[i] ?? '').length)))
  const right = head.map((_, i) => rows.some((cells) => typeof cells[i] === 'number'))
  const cell = (value: string | number, i: number) =>
    right[i] ? String(value).padStart(width[i] ?? 0) : String(value).padEnd(width[i] ?? 0)
  return lines.map((cells) => cells.map(cell).join('  ').trimEnd())
}
