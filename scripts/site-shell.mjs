// What stands around the text of every page: head, navigation, contents of the page, the pages before and after.
import { escapeHtml } from './site-highlight.mjs'

const NAME = 'kernel-connector'

// Before anything is drawn, or a dark page would flash. The key is typedoc's, so that one choice holds for all pages.
const THEME = `document.documentElement.classList.add('scripted');{const t=(()=>{try{return localStorage.getItem('tsd-theme')}catch{}})();if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}`

const FURTHER = [
  { address: 'playground/index.html', title: 'Playground' },
  { address: 'api/index.html', title: 'API' },
]

function link({ address, title }, current) {
  return `<a href="${address}"${address === current ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a>`
}

function navigation(groups, current) {
  const lists = groups.map(({ title, pages }) => {
    const items = pages.map((page) => `<li>${link(page, current)}</li>`).join('')
    return `<h2>${escapeHtml(title)}</h2><ul>${items}</ul>`
  })
  return `<nav id="navigation" aria-label="Pages">${lists.join('\n')}</nav>`
}

function contents(headings) {
  const items = headings.filter(({ level }) => level === 2 || level === 3)
  if (items.length < 2) return ''
  const list = items.map(
    ({ level, id, text }) => `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`,
  )
  return `<aside class="contents"><nav aria-label="On this page"><h2>On this page</h2><ul>${list.join('')}</ul></nav></aside>`
}

function neighbours(groups, current) {
  const pages = groups.flatMap(({ pages }) => pages)
  const at = pages.findIndex(({ address }) => address === current)
  if (at < 0) return ''
  const before = pages[at - 1]
  const after = pages[at + 1]
  const one = (page, rel, word) =>
    page ? `<a rel="${rel}" href="${page.address}"><span>${word}</span>${escapeHtml(page.title)}</a>` : '<span></span>'
  return `<nav class="neighbours" aria-label="Pages before and after">${one(before, 'prev', 'Before')}${one(after, 'next', 'Next')}</nav>`
}

const SEARCH = `<form class="search" role="search"><input id="search" type="search" placeholder="Search" aria-label="Search the guides" autocomplete="off" aria-controls="found"><div id="found" aria-live="polite" hidden></div></form>`

const HEADER = `<header class="top">
<button type="button" id="menu" aria-expanded="false" aria-controls="navigation">Menu</button>
<a class="name" href="index.html">${NAME}</a>
${SEARCH}
<nav class="further" aria-label="Site">${FURTHER.map((page) => link(page)).join('')}</nav>
<button type="button" id="theme" hidden>Dark</button>
</header>`

/**
 * A page of the site. All its addresses are relative, so it works below any path, and from a folder.
 *
 * @param {{ address: string, title: string, html: string, headings: { level: number, id: string, text: string }[] }} page
 * @param {{ title: string, pages: { address: string, title: string }[] }[]} groups
 */
export function renderPage({ address, title, html, headings }, groups) {
  const full = address === 'index.html' ? `${NAME}: Linux's netlink as a WebAssembly machine` : `${title} · ${NAME}`
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(full)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="playground/icon.svg">
<link rel="stylesheet" href="site.css">
<script>${THEME}</script>
<script defer src="site.js"></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
${HEADER}
<div class="columns">
${navigation(groups, address)}
<main id="text">
<article>
${html}</article>
${neighbours(groups, address)}
</main>
${contents(headings)}
</div>
</body>
</html>
`
}
