// The same tests on two builds of the kernel ("release", "debug"), and the two suites that look at the finished package:
// "page" in Chromium, "package" installed from its tarball. `npm test` runs the first two.
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

type Build = 'release' | 'debug'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The package's own name means its source here, so that examples run on both builds too. */
const alias = [
  { find: /^kernel-connector$/, replacement: path('./src/index.ts') },
  { find: /^kernel-connector\/(uapi|connector)$/, replacement: path('./src/$1/index.ts') },
]

/** Imports of build/release.wasm become the bytes of the project's own build. */
function kernelBytes(build: Build) {
  const file = path(`./build/${build}.wasm`)
  const id = `\0kernel:${build}`
  return {
    name: 'kernel-bytes',
    enforce: 'pre' as const,
    resolveId: (source: string) => (source.endsWith('/build/release.wasm') ? id : null),
    load: (loaded: string) =>
      loaded === id
        ? `import { readFileSync } from 'node:fs'\nexport default new Uint8Array(readFileSync(${JSON.stringify(file)}))`
        : null,
  }
}

function project(
  name: string,
  build: Build,
  include: string[],
  exclude: string[] = [],
): TestProjectInlineConfiguration {
  return {
    plugins: [kernelBytes(build)],
    resolve: { alias },
    // Node 20 has no `using`.
    oxc: { target: 'es2022' },
    test: {
      name,
      include,
      exclude,
      env: { KERNEL_BUILD: build },
      pool: 'threads',
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  }
}

const finished = ['test/page/**', 'test/package/**']

export default defineConfig({
  test: {
    // Here, not in the projects: it runs once for all of them.
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 2,
    projects: [
      project('release', 'release', ['test/**/*.test.ts'], finished),
      // What test/artefact looks at does not depend on the build that runs.
      project('debug', 'debug', ['test/**/*.test.ts'], [...finished, 'test/artefact/**']),
      project('page', 'release', ['test/page/**/*.test.ts']),
      project('package', 'release', ['test/package/**/*.test.ts']),
    ],
  },
})
