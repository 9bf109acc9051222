// The backend of the WebAssembly machine: which scenarios it can answer, and the world that each one starts in.

import { boot, createGenetlink, type Kernel, type Profile, type Task } from '../../index.js'
import { type Backend, Unsupported, type World } from './backend.js'
import { holdsFor } from './needs.js'
import type { Scenario, TaskSpec } from './scenario.js'

/** The kernel whose answers the profiles give where they do not say otherwise. */
const KERNEL_VERSION = [6, 18]

/** The network namespace of scenarios that are not played in the initial one. */
const OWN_NAMESPACE = 'scenario'

/** Debian's kernels have this small cache from 6.3 on, and none before (see TruesizeTable). */
const DEBIAN_SMALL_HEAD = 704

export function machineBackend(profile: Profile): Backend {
  return {
    whyNot: ({ needs }) => {
      if (needs.world === 'rtnetlink') return 'needs the kernel side of NETLINK_ROUTE'
      if (needs.accountingOf !== undefined) {
        return isDebian(needs.accountingOf) ? undefined : `memory accounting of ${needs.accountingOf} is not known`
      }
      return holdsFor(needs.version, KERNEL_VERSION) ? undefined : `answers of another version: ${needs.text}`
    },
    open: (scenario) => new MachineWorld(scenario, profile),
  }
}

function isDebian(whose: string): boolean {
  return whose.startsWith("Debian's kernels")
}

class MachineWorld implements World {
  readonly kernel: Kernel
  readonly #scenario: Scenario

  constructor(scenario: Scenario, profile: Profile) {
    this.#scenario = scenario
    this.kernel = boot({ profile: profileFor(scenario, profile) })
    if (scenario.needs.world === 'genetlink') createGenetlink(this.kernel)
  }

  spawn({ pid, uid, gid, caps, netns }: TaskSpec): Task {
    const own = this.#scenario.needs.world === 'usersock' ? OWN_NAMESPACE : undefined
    const name = netns === undefined ? own : `${OWN_NAMESPACE}/${netns}`
    return this.kernel.spawn({ pid, uid, gid, caps, ...(name === undefined ? {} : { netns: name }) })
  }

  // The module's scenarios were recorded by a reader in the initial namespace, the others by the task itself.
  netlinkTable(task: Task): string {
    const initial = this.#scenario.needs.world === 'kernel-module'
    return this.#read(initial ? '/proc/net/netlink' : `/proc/${task.pid}/net/netlink`)
  }

  #read(path: string): string {
    if (!('procfs' in this.kernel)) throw new Unsupported('kernel.procfs')
    return this.kernel.procfs.read(path)
  }

  close(): void {}
}

function profileFor({ needs }: Scenario, profile: Profile): Profile {
  if (needs.accountingOf === undefined) return profile
  const smallHead = needs.version?.when === 'before' ? 0 : DEBIAN_SMALL_HEAD
  return { ...profile, truesize: { ...profile.truesize, smallHead } }
}
