// The three things on a page that need a script: the menu of a narrow window, light or dark, the search.
/** Where the API's pages and the playground look for a choice of colours. */
const THEME_KEYS = ['tsd-theme', 'kernel-connector-theme']
const root = document.documentElement
const byId = (id) => document.getElementById(id)

function setUpMenu() {
  const button = byId('menu')
  const open = (isOpen) => {
    button.setAttribute('aria-expanded', String(isOpen))
    document.body.classList.toggle('menu-open', isOpen)
  }
  button.addEventListener('click', () => open(button.getAttribute('aria-expanded') !== 'true'))
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !document.body.classList.contains('menu-open')) return
    open(false)
    button.focus()
  })
}

function setUpTheme() {
  const button = byId('theme')
  const system = matchMedia('(prefers-color-scheme: dark)')
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches)
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark'
    button.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours')
  }
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark'
    try {
      for (const key of THEME_KEYS) localStorage.setItem(key, root.dataset.theme)
    } catch {} // A page that may not store keeps the choice to itself.
    show()
  })
  system.addEventListener('change', show)
  show()
  button.hidden = false
}

function loadIndex() {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: 'search.js' })
    script.addEventListener('load', () => resolve(globalThis.searchIndex))
    script.addEventListener('error', () => reject(new Error('search.js did not load')))
    document.head.append(script)
  })
}

/** The sections that have all of the words, those with words in the heading first. */
function find(index, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const scored = index.map((row) => {
    const heading = `${row[1]} ${row[2]}`.toLowerCase()
    const text = row[3].toLowerCase()
    const missing = words.some((word) => !heading.includes(word) && !text.includes(word))
    return { row, score: missing ? 0 : 1 + words.filter((word) => heading.includes(word)).length }
  })
  const found = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
  return found.slice(0, 12).map(({ row }) => ({ row, words }))
}

function excerpt(text, words) {
  const at = Math.max(0, ...words.map((word) => text.toLowerCase().indexOf(word)))
  const from = at > 40 ? text.lastIndexOf(' ', at - 30) + 1 : 0
  return (from > 0 ? '… ' : '') + text.slice(from, from + 120) + (from + 120 < text.length ? ' …' : '')
}

function result({ row: [address, page, heading, text], words }) {
  const link = Object.assign(document.createElement('a'), { href: address })
  const title = heading === page ? page : `${page}: ${heading}`
  link.append(Object.assign(document.createElement('strong'), { textContent: title }))
  link.append(Object.assign(document.createElement('span'), { textContent: excerpt(text, words) }))
  const item = document.createElement('li')
  item.append(link)
  return item
}

function setUpSearch() {
  const input = byId('search')
  const found = byId('found')
  let index
  const close = () => {
    found.hidden = true
  }
  const show = async () => {
    index ??= loadIndex()
    const rows = await index
    const results = find(rows, input.value)
    const list = document.createElement('ul')
    list.append(...results.map(result))
    const nothing = Object.assign(document.createElement('p'), { textContent: 'Nothing found.' })
    found.replaceChildren(results.length > 0 ? list : nothing)
    found.hidden = input.value.trim() === ''
  }
  input.addEventListener('input', show)
  input.addEventListener('focus', () => input.value.trim() !== '' && show())
  input.form.addEventListener('submit', (event) => {
    event.preventDefault()
    found.querySelector('a')?.click()
  })
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && close())
  document.addEventListener('click', ({ target }) => input.form.contains(target) || close())
  found.addEventListener('click', ({ target }) => target.closest('a') && close())
}

setUpMenu()
setUpTheme()
setUpSearch()
