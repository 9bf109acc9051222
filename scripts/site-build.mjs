// Makes the site: README, guides and the other documents as pages, the API by typedoc, the playground; static files with relative
// addresses, which work from any folder of any server.
//   node scripts/site-build.mjs [--out build/site]
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { buildPlayground } from './playground-build.mjs'
import { BuildError, runTool, step } from './progress.mjs'
import { escapeHtml } from './site-highlight.mjs'
import { siteLinks } from './site-links.mjs'
import { codeBlock, renderMarkdown } from './site-markdown.mjs'
import { sitePages } from './site-pages.mjs'
import { renderPage } from './site-shell.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const TYPEDOC = join(root, 'site/node_modules/typedoc/bin/typedoc')

function programPage(source, address) {
  const code = readFileSync(join(root, source), 'utf8').trimEnd()
  const html = `<h1>${escapeHtml(source)}</h1>\n${codeBlock(code, source.slice(source.lastIndexOf('.') + 1))}`
  return { address, title: source, html, headings: [] }
}

// A script and not JSON: pages that were opened from a folder may not fetch.
function searchIndex(pages) {
  const rows = pages.flatMap(({ address, title, sections }) =>
    sections.map(({ id, heading, text }, index) => [index === 0 ? address : `${address}#${id}`, title, heading, text]),
  )
  return `globalThis.searchIndex = ${JSON.stringify(rows)}\n`
}

function buildPages(out) {
  const groups = sitePages(root)
  const pages = groups.flatMap(({ pages }) => pages)
  const links = siteLinks(root, pages)
  const rendered = pages.map((page) => ({ ...page, ...renderMarkdown(page.text, links.from(page.source)) }))
  const programs = [...links.programs].map(([source, address]) => programPage(source, address))
  for (const page of [...rendered, ...programs]) writeFileSync(join(out, page.address), renderPage(page, groups))
  for (const [source, address] of links.pictures) cpSync(join(root, source), join(out, address))
  cpSync(join(root, 'site/site.js'), join(out, 'site.js'))
  writeFileSync(join(out, 'search.js'), searchIndex(rendered))
}

// Both styles take their colours from the playground's file.
async function buildStyles(out) {
  const entryPoints = ['site/site.css', 'site/api.css']
  await build({ absWorkingDir: root, entryPoints, outdir: out, bundle: true })
}

function buildApi(out) {
  const options = ['--options', 'site/typedoc.json', '--customCss', join(out, 'api.css'), '--out', join(out, 'api')]
  return runTool(TYPEDOC, options, { cwd: root })
}

/** Builds into a folder, which is made anew. */
export async function buildSite(out) {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(join(out, 'images'), { recursive: true })
  await step('writing the pages', () => buildPages(out))
  await step('bundling the styles', () => buildStyles(out))
  await step('bundling the playground', () => buildPlayground(join(out, 'playground')))
  await step('writing the API', () => buildApi(out))
  rmSync(join(out, 'api.css'))
}

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'build/site' } } })
  await buildSite(join(root, values.out))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${error instanceof BuildError ? error.message : error.stack}\n`)
    process.exitCode = 1
  })
}
