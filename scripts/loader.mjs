// The loader as it is bundled: instantiateSync() without what it does for modules of other kinds. It prepares imports that the kernel does
// not have, wraps every export, and adds what reads strings and arrays of a runtime that the kernel does not have either; the machine takes
// the instance alone, but no bundler can know that.
import { readFile } from 'node:fs/promises'
import { BuildError } from './progress.mjs'

const WHOLE = `
  const extended = preInstantiate(imports);
  const instance = new WebAssembly.Instance(module, imports);
  const exports = postInstantiate(extended, instance);
  return { module, instance, exports };
`
const INSTANCE_ALONE = `
  const instance = new WebAssembly.Instance(module, imports);
  return { module, instance }; // changed by kernel-connector, see CHANGES
`

/** What its licence asks for: that files say how they were changed. */
export const CHANGES = `Built files of kernel-connector contain a part of @assemblyscript/loader.
Changed in it: instantiateSync() adds no imports, and gives the module and its instance, but no "exports".
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
 * The loader's text, whose instantiateSync() gives the instance alone.
 * @param {string} text
 * @returns {string}
 * @throws BuildError for a loader that is another one
 */
export function instanceAlone(text) {
  const parts = text.split(WHOLE)
  if (parts.length !== 2) throw new BuildError('@assemblyscript/loader: instantiateSync() is not what it was')
  return parts.join(INSTANCE_ALONE)
}
