// The site is whole: every document and every entry of the package is there, and every link leads somewhere inside, or says where else.
import { existsSync, readdirSync } from 'node:fs'
import * as uapi from 'kernel-connector/uapi'
import { describe, expect, test } from 'vitest'
import { readText } from '../support/files.js'
import { addressesOn, anchorsIn, complaintAbout, readSite, SITE, siteFiles } from './site.js'

const pages = siteFiles('.html')
const own = pages.filter((page) => !page.includes('/'))

describe('the pages', () => {
  test('are many, and each has a language, a title and one first heading', () => {
    expect(own.length).toBeGreaterThan(12)
    for (const page of own) {
      const html = readSite(page)
      expect({ page, html }).toMatchObject({
        html: expect.stringMatching(/<html lang="en">[\s\S]*<title>[^<]+<\/title>/),
      })
      expect({ page, headings: [...html.matchAll(/<h1\b/g)].length }).toEqual({ page, headings: 1 })
    }
  })

  test('are all documents of docs/, README.md and the examples', () => {
    const documents = readdirSync(new URL('../../docs', import.meta.url)).filter((name) => name.endsWith('.md'))
    const expected = documents.filter((name) => name !== 'README.md').map((name) => name.replace(/\.md$/, '.html'))
    expect(expected.length).toBeGreaterThan(8)
    expect([...expected, 'index.html', 'examples.html'].filter((page) => !own.includes(page))).toEqual([])
  })

  test('are in the navigation of each page, which marks the one that it is on', () => {
    for (const page of own) {
      const navigation = /<nav id="navigation"[\s\S]*?<\/nav>/.exec(readSite(page))?.[0] ?? ''
      const listed = addressesOn(navigation)
      expect(listed.length).toBeGreaterThan(10)
      const current = /<a href="([^"]*)" aria-current="page"/.exec(navigation)?.[1]
      expect(current).toBe(listed.includes(page) ? page : undefined)
    }
  })

  test('show the code of the documents as it is there', () => {
    const code = /```ts\n([\s\S]*?)\n```/.exec(readText('docs/kernel-module.md'))?.[1] ?? expect.unreachable()
    const shown = /<pre[^>]*><code>([\s\S]*?)<\/code><\/pre>/.exec(readSite('kernel-module.html'))?.[1] ?? ''
    const text = shown
      .replace(/<[^>]+>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
    expect(text.replaceAll('&amp;', '&')).toBe(code)
    expect(shown).toContain('<span class="tok-keyword">import</span>')
    expect(shown).toContain('<span class="claim">// -&gt; -EBUSY</span>')
  })
})

describe('links', () => {
  test.each(pages)('%s', (page) => {
    const addresses = addressesOn(readSite(page))
    expect(addresses.length).toBeGreaterThan(1)
    const broken = addresses.flatMap((address) => {
      const complaint = complaintAbout(page, address)
      return complaint === undefined ? [] : [`${address} ${complaint}`]
    })
    expect(broken).toEqual([])
  })

  test('that are broken would be noticed', () => {
    expect(complaintAbout('index.html', 'nowhere.html')).toBe('leads to no file')
    expect(complaintAbout('index.html', 'kernel-module.html#nowhere')).toBe('leads to no such place')
    expect(complaintAbout('api/index.html', '/index.html')).toBe('does not begin at the page')
    expect(complaintAbout('index.html', '../README.md')).toBe('leaves the site')
    expect(addressesOn('<p><a class="x" href="a.html">a</a><img src="b.png" alt=""></p>')).toEqual(['a.html', 'b.png'])
  })

  test('of the search lead to pages and headings', () => {
    const rows = JSON.parse(readSite('search.js').replace('globalThis.searchIndex = ', '')) as string[][]
    expect(rows.length).toBeGreaterThan(80)
    expect(rows.filter(([address = '']) => complaintAbout('index.html', address) !== undefined)).toEqual([])
  })

  test('no page, style or script takes anything from another host', () => {
    const loads = pages.flatMap((page) => {
      const html = readSite(page)
      const tags = html.match(/<(?:script|link|img|iframe|source|video|audio)\b[^>]*>/g) ?? []
      return tags.filter((tag) => /(?:src|href|srcset)="(?:[a-z]+:)?\/\//.test(tag))
    })
    const styles = siteFiles('.css').filter((path) =>
      /url\(\s*['"]?(?:https?:)?\/\/|@import\s+['"]?http/.test(readSite(path)),
    )
    expect({ loads, styles }).toEqual({ loads: [], styles: [] })
  })
})

describe('the API', () => {
  const { exports } = JSON.parse(readText('package.json')) as { exports: Record<string, { default?: string }> }
  const entries = Object.entries(exports).filter(([, { default: file }]) => file?.endsWith('.js'))

  test.each(entries.map(([entry]) => entry))('has the entry %s', (entry) => {
    const name = `kernel-connector${entry.slice(1)}`
    expect(siteFiles('.html')).toContain(`api/modules/${name.replaceAll('/', '_')}.html`)
    expect(readSite('api/index.html')).toContain(`<code>${name}</code>`)
  })

  test('has every constant of uapi, with its value', () => {
    const page = 'api/modules/kernel-connector_uapi.html'
    const html = readSite(page)
    const numbers = Object.entries(uapi).filter(([name, value]) => typeof value === 'number' && /^[A-Z]/.test(name))
    expect(numbers.length).toBeGreaterThan(300)
    expect(numbers.filter(([name]) => !anchorsIn(page).has(name.toLowerCase())).map(([name]) => name)).toEqual([])
    for (const [name, value] of [
      ['NETLINK_CONNECTOR', 11],
      ['ENOBUFS', 105],
    ]) {
      const row = html.slice(html.indexOf(`id="${String(name).toLowerCase()}"`))
      expect(row.slice(0, 600)).toMatch(new RegExp(`>${name}</a>.*<code[^>]*>(?:<[^>]+>)*${value}<`))
    }
  })

  test('has what a doc comment says of errors', () => {
    expect(readSite('api/classes/kernel-connector_connector.ConnectorClient.html')).toContain('Throws')
  })
})

test('the playground is there, whole', () => {
  const built = readdirSync(`${SITE}/playground`, { recursive: true, encoding: 'utf8' })
  expect(built).toEqual(expect.arrayContaining(['index.html', 'playground.js', 'worker.js', 'playground-style.css']))
  expect(existsSync(`${SITE}/playground/icon.svg`)).toBe(true)
})
