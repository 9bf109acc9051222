// Elements of SVG as text.

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (value) => String(value).replace(/[&<>"]/g, (character) => ESCAPES[character])
const shown = (value) => (typeof value === 'number' ? Number(value.toFixed(1)) : escaped(value))

/** One element; attributes that are undefined are left out. `content` is SVG already. */
export function element(name, attributes, content = '') {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${shown(value)}"`)
    .join('')
  return content === '' ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`
}

export const line = (x1, y1, x2, y2, className) => element('line', { x1, y1, x2, y2, class: className })

/** Text at a place; `className` says which way it is anchored. */
export const text = (x, y, words, className) => element('text', { x, y, class: className }, escaped(words))

/** What a reader is told who cannot see it, or points at it. */
export const title = (words) => `<title>${escaped(words)}</title>`
