// What typedoc does otherwise here: modules have the names under which they are imported, and tell what their file says in its first
// lines; a constant has a row on the page of its module, with its value, and not a page of its own; links to the rest of the site fit
// the folder of each page; and nothing that can be pressed stands inside of something else that can be.
import { readFileSync } from 'node:fs'
import {
  Comment,
  Converter,
  DeclarationReflection,
  DefaultTheme,
  DefaultThemeRenderContext,
  JSX,
  KindRouter,
  PageEvent,
  ReflectionKind,
} from 'typedoc'

/** How navigationLinks in typedoc.json begin: with the folder above the API's. */
const SITE = 'site:'

/** The link to a heading, which typedoc also puts into headings that open and close. */
const PERMALINK = /<a [^>]*class="tsd-anchor-icon">.*?<\/a>/gs

const isConstant = (target) => target instanceof DeclarationReflection && target.kindOf(ReflectionKind.Variable)

class PagesRouter extends KindRouter {
  getPageKind(target) {
    return isConstant(target) ? undefined : super.getPageKind(target)
  }
}

function constantRow(context, constant) {
  const { name } = constant
  const id = context.getAnchor(constant)
  const icon = context.theme.getReflectionIcon(constant)
  const classes = context.getReflectionClasses(constant)
  context.page.pageHeadings.push({ link: `#${id}`, text: name, kind: constant.kind, classes, icon })
  return JSX.createElement(
    JSX.Fragment,
    null,
    JSX.createElement(
      'dt',
      { class: 'tsd-member-summary', id },
      JSX.createElement('span', { class: 'tsd-member-summary-name' }, JSX.createElement('a', { href: `#${id}` }, name)),
      JSX.createElement('code', { class: 'constant-type' }, context.type(constant.type)),
    ),
    JSX.createElement(
      'dd',
      { class: 'tsd-member-summary' },
      context.commentSummary(constant),
      context.commentTags(constant),
    ),
  )
}

class SiteContext extends DefaultThemeRenderContext {
  constructor(...given) {
    super(...given)
    const row = this.moduleMemberSummary
    this.moduleMemberSummary = (member) => (isConstant(member) ? constantRow(this, member) : row(member))
  }
}

// A row that opens and closes must not be a link as well: who cannot see could not tell which of the two it is.
function asFolder({ path, kind, children, ...module }) {
  return { ...module, kind, children: [{ text: 'All of it', path, kind }, ...(children ?? [])] }
}

class SiteTheme extends DefaultTheme {
  ContextClass = SiteContext

  buildNavigation(project) {
    return super.buildNavigation(project).flatMap(({ children }) => (children ?? []).map(asFolder))
  }
}

/** What an entry's file says of itself in its first lines. */
function aboutEntry(name) {
  const file = ['index', 'slim', 'debug'].includes(name) ? `${name}.ts` : `${name}/index.ts`
  const lines = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8').split('\n')
  const end = lines.findIndex((line) => !line.startsWith('// '))
  return lines
    .slice(0, end)
    .map((line) => line.slice(3))
    .join(' ')
}

function nameModules({ project }) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.comment ??= new Comment([{ kind: 'text', text: aboutEntry(module.name) }])
    module.name = module.name === 'index' ? 'kernel-connector' : `kernel-connector/${module.name}`
  }
}

function finish(page) {
  const folder = '../'.repeat(page.url.split('/').length)
  page.contents = page.contents
    ?.replaceAll(`href="${SITE}`, `href="${folder}`)
    .replace(/<summary\b.*?<\/summary>/gs, (summary) => summary.replace(PERMALINK, ''))
}

/** @param {import('typedoc').Application} application */
export function load(application) {
  application.renderer.defineRouter('pages', PagesRouter)
  application.renderer.defineTheme('site', SiteTheme)
  application.renderer.on(PageEvent.END, finish)
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, nameModules)
}
