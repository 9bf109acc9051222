// What a restored machine has in its slots, bound to functions again.

import type { CnCallback, KernelSocket, Module, NetlinkKernelCfg, NotificationRequest, Rebinding } from '../api.js'
import type { Machine } from '../machine/index.js'
import { type CbId, u32 } from '../uapi/index.js'
import { asText } from '../user/index.js'
import type { ArmedTimers } from './armed-timers.js'
import { requestWords } from './connector.js'
import type { Parts } from './core.js'
import { PROTOCOLS, readModules } from './facts.js'
import { idWords } from './message.js'

function isFree(machine: Machine, slot: number): boolean {
  return slot >= 0 && machine.functionAt(slot) === undefined
}

/** Binds a callback to an id that is registered already; false if it is not, or is bound. */
export function rebindCallback({ machine, connector }: Parts, id: CbId, callback: CnCallback): boolean {
  const slot = machine.raw.callback_slot(...idWords(id))
  if (!isFree(machine, slot)) return false
  machine.bindFunction(slot, connector.function(callback))
  return true
}

/** Binds the callback of a notification request that stands already; false if there is none that is not bound. */
function rebindRequest({ machine, connector }: Parts, request: NotificationRequest, callback: CnCallback): boolean {
  const { raw } = machine
  const wanted = requestWords(request).join()
  for (let one = raw.request_next(0); one !== 0; one = raw.request_next(one)) {
    if (machine.requestWords().join() !== wanted || !isFree(machine, machine.listWord(0))) continue
    machine.bindFunction(machine.listWord(0), connector.function(callback))
    return true
  }
  return false
}

/** Binds the hooks of a kernel socket that the machine has; null if there is none that is not bound. */
function rebindSocket({ machine, sockets }: Parts, unit: number, cfg: NetlinkKernelCfg = {}): KernelSocket | null {
  const number = u32(unit, 'unit')
  const hooks = sockets.hooksOf(cfg)
  const slot = number < PROTOCOLS ? machine.raw.ksock_slot(number) : -1
  return isFree(machine, slot) ? sockets.bind(number, slot, hooks) : null
}

/** Has the modules among `given` that the machine lists bind what is theirs; the names of those that nobody gave. */
export function rebindModules(parts: Parts, timers: ArmedTimers, given: readonly Module[]): string[] {
  const { machine, modules } = parts
  const missing: string[] = []
  for (const name of readModules(machine)) {
    const module = given.find((one) => one.name === name)
    if (module === undefined) {
      missing.push(name)
      continue
    }
    modules.loaded.set(name, module)
    modules.as(name, (kernel) =>
      module.restore?.(kernel as Parameters<typeof module.init>[0], bindingOf(parts, timers)),
    )
  }
  return missing
}

function bindingOf(parts: Parts, timers: ArmedTimers): Rebinding {
  return {
    callback: (id, callback) => rebindCallback(parts, id, callback),
    timer: (name, callback) => timers.rebind(asText(name, 'name'), callback),
    socket: (unit, cfg) => rebindSocket(parts, unit, cfg),
    // Another callback for the release notifier that the machine has on; it is registered where there is none.
    notifier: (callback) => void parts.sockets.registerNotifier(callback),
    notification: (request, callback) => rebindRequest(parts, request, callback),
  }
}
