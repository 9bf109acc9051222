// The loader as it is bundled: instantiateSync() without what it does for modules of other kinds. It prepares imports that the kernel does
// not have, wraps every export, and adds what reads strings and arrays of a runtime that the kernel does not have either; the machine takes
// the instance alone, but no bundler can know that. Nor can it know that nobody needs the polyfill, which every host that runs the kernel
// has by itself, and that a decoder which nobody uses can go.
import { readFile } from 'node:fs/promises'
import { BuildError } from './progress.mjs'

const REPLACED = [
  [
    `
  const extended = preInstantiate(imports);
  const instance = new WebAssembly.Instance(module, imports);
  const exports = postInstantiate(extended, instance);
  return { module, instance, exports };
`,
    `
  const instance = new WebAssembly.Instance(module, imports);
  return { module, instance }; // changed by kernel-connector, see CHANGES
`,
  ],
  [
    `
/** polyfill for Object.hasOwn */
Object.hasOwn = Object.hasOwn || function(obj, prop) {
  return Object.prototype.hasOwnProperty.call(obj, prop);
};
`,
    '',
  ],
  ['const utf16 = new', 'const utf16 = /* @__PURE__ */ new'],
]

/** What its licence asks for: that files say how they were changed. */
export const CHANGES = `Built files of kernel-connector contain a part of @assemblyscript/loader.
Changed in it: instantiateSync() adds no imports, and gives the module and its instance, but no "exports"; there is no polyfill for
Object.hasOwn().
`

/** The plugin for esbuild. */
export const smallLoader = {
  name: 'small-loader',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@assemblyscript[\\/]loader[\\/]index\.js$/ }, async ({ path }) => ({
      contents: instanceAlone(await readFile(path, 'utf8')),
    }))
  },
}

/**
 * The loader's text, whose instantiateSync() gives the instance alone, and which does nothing when it is loaded.
 * @param {string} text
 * @returns {string}
 * @throws BuildError for a loader that is another one
 */
export function instanceAlone(text) {
  let changed = text
  for (const [from, to] of REPLACED) {
    const parts = changed.split(from)
    if (parts.length !== 2) throw new BuildError('@assemblyscript/loader: index.js is not what it was')
    changed = parts.join(to)
  }
  return changed
}
