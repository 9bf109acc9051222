// Markdown as HTML: headings with anchors as GitHub makes them, code with colours, and links that lead to pages of the site.
import MarkdownIt from 'markdown-it'
import { escapeHtml, highlight } from './site-highlight.mjs'

/** The anchor that GitHub makes of a heading. */
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

function plainText(inline) {
  const wordsOf = ({ type, content }) => (type === 'softbreak' ? ' ' : type === 'image' ? '' : content)
  return inline.children.map(wordsOf).join('')
}

function nameHeadings(tokens) {
  const used = new Map()
  const headings = []
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue
    const text = plainText(tokens[index + 1])
    const times = used.get(slug(text)) ?? 0
    used.set(slug(text), times + 1)
    const id = times === 0 ? slug(text) : `${slug(text)}-${times}`
    token.attrSet('id', id)
    headings.push({ level: Number(token.tag.slice(1)), id, text })
  }
  return headings
}

function redirect(tokens, resolve) {
  for (const token of tokens) {
    if (token.type === 'link_open') token.attrSet('href', resolve(token.attrGet('href')))
    if (token.type === 'image') token.attrSet('src', resolve(token.attrGet('src')))
    if (token.children) redirect(token.children, resolve)
  }
}

function fence(tokens, index) {
  const { content, info } = tokens[index]
  const language = info.trim()
  return codeBlock(content.replace(/\n$/, ''), language)
}

/** A block of code with its colours; one that is wider than the page can be scrolled by the keyboard. */
export function codeBlock(code, language) {
  const name = { js: 'JavaScript', mjs: 'JavaScript', ts: 'TypeScript', sh: 'Shell', html: 'HTML' }[language] ?? 'Text'
  const label = `${name}: ${escapeHtml(code.split('\n').find((line) => line.trim() !== '') ?? '')}`
  return `<div class="code" data-language="${escapeHtml(language)}"><pre tabindex="0" role="region" aria-label="${label}"><code>${highlight(code, language)}</code></pre></div>\n`
}

const markdown = new MarkdownIt({ html: false, linkify: false })
Object.assign(markdown.renderer.rules, {
  fence,
  table_open: () => '<div class="table" tabindex="0" role="region" aria-label="Table"><table>\n',
  table_close: () => '</table></div>\n',
  heading_close: (tokens, index) => {
    const id = tokens[index - 2].attrGet('id')
    const text = escapeHtml(plainText(tokens[index - 1]))
    const { tag } = tokens[index]
    return tag === 'h1' ? '</h1>\n' : `<a class="anchor" href="#${id}" aria-label="Link to: ${text}">#</a></${tag}>\n`
  },
})

/**
 * @param {string} text
 * @param {(link: string) => string} resolve where a link of this document leads on the site
 * @returns {{ html: string, headings: { level: number, id: string, text: string }[], sections: { id: string, text: string }[] }}
 */
export function renderMarkdown(text, resolve) {
  const tokens = markdown.parse(text, {})
  const headings = nameHeadings(tokens)
  redirect(tokens, resolve)
  return { html: markdown.renderer.render(tokens, markdown.options, {}), headings, sections: sectionsOf(tokens) }
}

// What the search looks through: the words below each heading, code included.
function sectionsOf(tokens) {
  const sections = []
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open')
      sections.push({ id: token.attrGet('id'), heading: plainText(tokens[index + 1]), text: '' })
    const words = token.type === 'inline' ? plainText(token) : token.type === 'fence' ? token.content : ''
    if (sections.length > 0 && tokens[index - 1]?.type !== 'heading_open') sections.at(-1).text += ` ${words}`
  }
  return sections.map(({ id, heading, text }) => ({ id, heading, text: text.replace(/\s+/g, ' ').trim() }))
}
