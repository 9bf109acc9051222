// The built site as its tests read it: its pages, the links on them, the anchors that they have.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `npm run build:site` has put it. */
export const SITE = fileURLToPath(new URL('../../build/site', import.meta.url))

if (!existsSync(`${SITE}/api/index.html`)) throw new Error('build/site/ is missing: npm run build:site makes it')

/** The files of one kind, as paths below the site's folder. */
export function siteFiles(extension: string): string[] {
  return readdirSync(SITE, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith(extension))
    .sort()
}

export function readSite(path: string): string {
  return readFileSync(`${SITE}/${path}`, 'utf8')
}

const decodeEntities = (text: string) =>
  text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>')

/** A tag's attribute wherever it occurs outside of scripts and comments. */
function attributes(html: string, names: string): string[] {
  const markup = html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (script) =>
    script.slice(0, script.indexOf('>') + 1),
  )
  const found = markup.matchAll(new RegExp(`<[a-z][^<>]*?\\s(?:${names})="([^"]*)"`, 'g'))
  return [...found].map((match) => decodeEntities(match[1] ?? ''))
}

/** Where a page's links, pictures, styles and scripts lead, each once. */
export function addressesOn(html: string): string[] {
  const tags = html.replaceAll('><', '>\n<')
  return [...new Set([...attributes(tags, 'href'), ...attributes(tags, 'src')])]
}

const anchors = new Map<string, Set<string>>()

/** The ids in a file of the site. */
export function anchorsIn(path: string): Set<string> {
  const known = anchors.get(path)
  if (known !== undefined) return known
  const ids = new Set([...readSite(path).matchAll(/\sid="([^"]+)"/g)].map((match) => decodeEntities(match[1] ?? '')))
  anchors.set(path, ids)
  return ids
}

/** What is wrong with an address on a page, or undefined. Addresses of other sites are not looked at. */
export function complaintAbout(page: string, address: string): string | undefined {
  if (/^[a-z][\w+.-]*:/i.test(address)) return undefined
  if (address.startsWith('/')) return 'does not begin at the page'
  const [path = '', anchor] = address.split('#')
  const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), decodeURIComponent(path)))
  if (target.startsWith('..')) return 'leaves the site'
  if (!existsSync(`${SITE}/${target}`) || !statSync(`${SITE}/${target}`).isFile()) return 'leads to no file'
  if (anchor && !anchorsIn(target).has(decodeURIComponent(anchor))) return 'leads to no such place'
  return undefined
}
