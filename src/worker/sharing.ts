// Whether two threads may see one memory.

/** What to do where they may not. */
const ADVICE =
  'memory cannot be shared here: the page must be cross-origin isolated (Cross-Origin-Opener-Policy: same-origin, ' +
  'Cross-Origin-Embedder-Policy: require-corp), and the kernel in a dedicated worker of it, not in a shared one'

export const sharingError = (): Error => new Error(ADVICE)

/** Whether this thread may share memory with any other one. */
export function canShare(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  return typeof SharedArrayBuffer === 'function' && crossOriginIsolated !== false
}
