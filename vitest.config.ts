// The same tests on two builds of the kernel ("release", "debug"), and the suites that look at what is finished:
// "page", "playground" and "site" in Chromium, "package" installed from its tarball. `npm test` runs the first two.
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

type Build = 'release' | 'debug'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The package's own name means its source here, so that examples run on both builds too. */
const alias = [
  { find: /^kernel-connector$/, replacement: path('./src/index.ts') },
  { find: /^kernel-connector\/debug$/, replacement: path('./src/debug.ts') },
  { find: /^kernel-connector\/(uapi|connector|capture|host|worker)$/, replacement: path('./src/$1/index.ts') },
]

/** Imports of build/release.wasm become the bytes of the project's own build, and those of build/debug.wasm of that. */
function kernelBytes(build: Build) {
  const PREFIX = '\0kernel:'
  const idOf = (name: string | undefined) => (name === undefined ? null : PREFIX + (name === 'release' ? build : name))
  const load = (file: string) =>
    `import { readFileSync } from 'node:fs'\nexport default new Uint8Array(readFileSync(${JSON.stringify(file)}))`
  return {
    name: 'kernel-bytes',
    enforce: 'pre' as const,
    resolveId: (source: string) => idOf(/\/build\/(release|debug)\.wasm$/.exec(source)?.[1]),
    load: (id: string) => (id.startsWith(PREFIX) ? load(path(`./build/${id.slice(PREFIX.length)}.wasm`)) : null),
  }
}

/** Tests get src/index.ts by way of test/support/kernels.ts, which looks for leaks at the end of each test. */
function watchedKernels() {
  const watched = path('./test/support/kernels.ts')
  return {
    name: 'watched-kernels',
    enforce: 'pre' as const,
    resolveId: (source: string, importer?: string) =>
      /(^|\/)src\/index\.[jt]s$/.test(source) && importer !== watched ? watched : null,
  }
}

function project(
  name: string,
  build: Build,
  include: string[],
  exclude: string[] = [],
): TestProjectInlineConfiguration {
  return {
    plugins: [kernelBytes(build), watchedKernels()],
    resolve: { alias },
    // Node 20 has no `using`.
    oxc: { target: 'es2022' },
    test: {
      name,
      include,
      exclude,
      // Groups keep a log from this many members on where a test leaves it open: both ways are tested.
      env: { KERNEL_BUILD: build, KERNEL_GROUP_LOG: process.env.KERNEL_GROUP_LOG ?? (build === 'debug' ? '1' : '8') },
      setupFiles: ['test/support/kernels.ts'],
      pool: 'threads',
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  }
}

const finished = ['test/page/**', 'test/package/**', 'test/playground/**', 'test/site/**']

export default defineConfig({
  test: {
    // Here, not in the projects: it runs once for all of them.
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 2,
    projects: [
      project('release', 'release', ['test/**/*.test.ts'], finished),
      // What test/artefact, test/bench, test/host and test/serve look at does not depend on the build that runs.
      project(
        'debug',
        'debug',
        ['test/**/*.test.ts'],
        [...finished, 'test/artefact/**', 'test/bench/**', 'test/host/**', 'test/serve/**'],
      ),
      project('page', 'release', ['test/page/**/*.test.ts']),
      project('package', 'release', ['test/package/**/*.test.ts']),
      project('playground', 'release', ['test/playground/**/*.test.ts']),
      project('site', 'release', ['test/site/**/*.test.ts']),
    ],
  },
})
