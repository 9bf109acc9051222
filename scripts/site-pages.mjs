// Which pages the site has, in which order, and where each file of the repository is found on it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The groups of the navigation. A document of docs/ that stands in none of them comes last, so that nothing is forgotten. */
const GROUPS = [
  { title: 'Start', sources: ['README.md', 'examples/README.md'] },
  {
    title: 'Guides',
    sources: [
      'docs/test-your-program.md',
      'docs/message-bus.md',
      'docs/kernel-module.md',
      'docs/lost-event.md',
      'docs/workers.md',
      'docs/bundlers.md',
    ],
  },
  { title: 'Reference', sources: ['docs/journal.md', 'docs/conformance.md', 'docs/performance.md'] },
  { title: 'Inside', sources: ['docs/architecture.md', 'docs/fuzzing.md', 'docs/dependencies.md'] },
]

/** The table of contents of docs/, which the navigation is here. */
const CONTENTS = 'docs/README.md'

/** Short titles for the navigation, where the heading says more than a list needs. */
const TITLES = {
  'README.md': 'Overview',
  'docs/bundlers.md': 'In bundlers and pages',
  'docs/fuzzing.md': 'Fuzzing',
  'docs/performance.md': 'Performance',
  'docs/workers.md': 'In workers',
}

/** What is left of a repository's path in the address of its page: `docs/lost-event.md` is `lost-event.html`. */
function addressOf(source) {
  if (source === 'README.md') return 'index.html'
  const name = source.replace(/^docs\//, '').replace(/\/README\.md$/, '.md')
  return name.replaceAll('/', '-').replace(/\.md$/, '.html')
}

/** The page of a program that a document links to: `examples/ucon.mjs` is `examples-ucon.mjs.html`. */
export function programAddress(source) {
  return `${source.replaceAll('/', '-')}.html`
}

/**
 * The groups with their pages, those that are there.
 *
 * @param {string} root the repository
 * @returns {{ title: string, pages: { source: string, address: string, title: string, text: string }[] }[]}
 */
export function sitePages(root) {
  const listed = new Set([CONTENTS, ...GROUPS.flatMap(({ sources }) => sources)])
  const others = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)
  const rest = others.filter((path) => path.endsWith('.md') && !listed.has(path)).sort()
  return [...GROUPS, { title: 'More', sources: rest }]
    .map(({ title, sources }) => ({ title, pages: sources.flatMap((source) => pageOf(root, source)) }))
    .filter(({ pages }) => pages.length > 0)
}

function pageOf(root, source) {
  const file = join(root, source)
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  const heading = /^# (.+)$/m.exec(text)?.[1]
  if (heading === undefined) throw new Error(`${source} has no heading`)
  return [{ source, address: addressOf(source), title: TITLES[source] ?? heading, text }]
}
