// Where a link of a document leads on the site: to a page, to a picture or a program that comes with it, or to another site.
import { existsSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { programAddress } from './site-pages.mjs'

const PICTURE = /\.(svg|png)$/
const PROGRAM = /\.(mjs|ts|js|html)$/

/**
 * Resolves the links of all documents, and remembers which pictures and programs they need.
 *
 * @param {string} root the repository
 * @param {{ source: string, address: string }[]} pages
 */
export function siteLinks(root, pages) {
  const addresses = new Map(pages.map(({ source, address }) => [source, address]))
  const pictures = new Map()
  const programs = new Map()

  function place(target, link, source) {
    if (addresses.has(target)) return addresses.get(target)
    const file = `${root}/${target}`
    if (existsSync(file) && statSync(file).isFile()) {
      if (PICTURE.test(target)) return remember(pictures, target, `images/${posix.basename(target)}`)
      if (PROGRAM.test(target)) return remember(programs, target, programAddress(target))
    }
    throw new Error(`${source} links to ${link}, which is no page of the site`)
  }

  /** The resolver for one document. */
  function from(source) {
    return (link) => {
      if (/^(\w+:|#)/.test(link)) return link
      const [path, anchor] = link.split('#')
      const target = posix.join(posix.dirname(source), path)
      return place(target, link, source) + (anchor === undefined ? '' : `#${anchor}`)
    }
  }

  return { from, pictures, programs }
}

function remember(map, target, address) {
  if ([...map].some(([other, taken]) => taken === address && other !== target))
    throw new Error(`two files want ${address}`)
  map.set(target, address)
  return address
}
