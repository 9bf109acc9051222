// Code as HTML, with a class for each kind of word: programs by the parser of the playground's editor, commands by hand.
import { typescriptLanguage } from '@codemirror/lang-javascript'
import { classHighlighter, highlightCode } from '@lezer/highlight'

/** @param {string} text */
export function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char])
}

const span = (text, classes) =>
  classes === '' ? escapeHtml(text) : `<span class="${classes}">${escapeHtml(text)}</span>`

// What a comment claims is checked by a test, so it is worth being seen.
const isClaim = (text) => /^\/\/ (->|throws) /.test(text)

function program(code) {
  let html = ''
  highlightCode(
    code,
    typescriptLanguage.parser.parse(code),
    classHighlighter,
    (text, classes) => {
      html += span(text, isClaim(text) ? 'claim' : classes)
    },
    () => {
      html += '\n'
    },
  )
  return html
}

function commands(code) {
  return code
    .split('\n')
    .map((line) => {
      const [, command, comment] = /^(.*?)((?:^|\s+)#.*)?$/.exec(line)
      return escapeHtml(command) + (comment === undefined ? '' : span(comment, 'tok-comment'))
    })
    .join('\n')
}

const LANGUAGES = { js: program, ts: program, mjs: program, sh: commands }

/**
 * @param {string} code
 * @param {string} language the word behind the fence; code of an unknown language stays as it is
 */
export function highlight(code, language) {
  return (LANGUAGES[language] ?? escapeHtml)(code)
}
