// The loader as it is bundled: without what it makes of an instance. instantiateSync() wraps every export and adds what reads strings
// and arrays of a runtime that the kernel does not have; the machine takes the instance alone, but no bundler can know that.
import { readFile } from 'node:fs/promises'
import { BuildError } from './progress.mjs'

const WRAPPING = `
  const exports = postInstantiate(extended, instance);
  return { module, instance, exports };
}

/** Asynchronously instantiates an AssemblyScript module from a response`
const NOT_WRAPPING = `
  return { module, instance }; // changed by kernel-connector, see CHANGES
}

/** Asynchronously instantiates an AssemblyScript module from a response`

/** What its licence asks for: that files say how they were changed. */
export const CHANGES = `Built files of kernel-connector contain a part of @assemblyscript/loader.
Changed in it: instantiateSync() gives the module and its instance, but no "exports".
`

/** The plugin for esbuild. */
export const unwrappedLoader = {
  name: 'unwrapped-loader',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@assemblyscript[\\/]loader[\\/]index\.js$/ }, async ({ path }) => ({
      contents: withoutWrapping(await readFile(path, 'utf8')),
    }))
  },
}

/**
 * The loader's text, whose instantiateSync() gives no `exports`.
 * @param {string} text
 * @returns {string}
 */
export function withoutWrapping(text) {
  const parts = text.split(WRAPPING)
  if (parts.length !== 2) throw new BuildError('@assemblyscript/loader: instantiateSync() is not what it was')
  return parts.join(NOT_WRAPPING)
}
