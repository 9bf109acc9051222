// What a client or a service keeps goes back in time with its kernel, if that can go back at all.

import type { CoreKernel, Kernel } from '../api.js'

/** As kernel.keep(); nothing for a kernel that makes no snapshots. */
export function keepIn(
  kernel: CoreKernel & Partial<Pick<Kernel, 'keep'>>,
  save: () => () => void,
): Disposable | undefined {
  return kernel.keep?.(save)
}
