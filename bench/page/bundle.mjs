// The program of a page in one script, as its author would ship it.
import { fileURLToPath } from 'node:url'

/**
 * The script's text.
 * @throws what is the matter first, in esbuild's words
 */
export async function bundle(name) {
  const { build } = await import('esbuild')
  try {
    const entryPoints = [fileURLToPath(new URL(name, import.meta.url))]
    const { outputFiles } = await build({ ...SETTINGS, entryPoints })
    return outputFiles[0].text
  } catch (error) {
    throw error.errors ? new Error(error.errors[0].text) : error
  }
}

const SETTINGS = {
  banner: { js: "performance.mark('script');" },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
  logLevel: 'silent',
}
