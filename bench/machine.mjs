// The machine that the figures come from; nothing in it names a person, a host or a path.
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'

export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform() === 'linux' ? 'Linux' : platform()} ${release()}`,
    arch: arch(),
    node: process.versions.node,
    v8: process.versions.v8,
    load: loadavg()[0],
  }
}
