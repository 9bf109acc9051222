// The beginning and the end of a machine.

import { ENOMEM } from './uapi/errno'
import { CnCallback, callbackRemove, initRegistry } from './connector/registry'
import { requestFree } from './connector/notify'
import { FREE_RUNS, Kernel, PARTIAL_PAGES, PROC_COUNTERS, PROTOCOLS, WHEEL_BITS, WHEEL_SLOTS, kernel } from './kernel'
import { logFree } from './log/log'
import { PAGE_MAP_AT, RECEIVE_AT, RESULT_AT, STATE, TRANSMIT_AT, nil } from './memory'
import { bytesInUse } from './mm/alloc'
import { failslabReset } from './mm/failslab'
import { initPages } from './mm/pages'
import { modulesFree } from './module/module'
import { kernelRelease } from './netlink/kernelsock'
import { INPUT_CONNECTOR, MAX_PROTOCOLS, initProtocols, protocolAt } from './netlink/protocol'
import { Cold, Sock } from './netlink/sock'
import { readyNext } from './netlink/wake'
import { RESULT_GID, RESULT_PORTID } from './result'
import { Skb } from './skb/skb'
import { slotGive } from './slot'
import { namespacesFree } from './task/namespace'
import { taskExit } from './task/exit'
import { timerDelete } from './time/timer'
import { seedRandom } from './time/random'

/** Words of profile, limits and settings that the host gives, in the order of struct Kernel. */
export const CONFIG_WORDS: u32 = 15

function checkLayout(): void {
  assert(offsetof<Sock>() == 64, 'layout: struct Sock is not one cache line')
  assert(offsetof<Cold>() == 128, 'layout: struct Cold has other than two cache lines')
  assert(offsetof<Skb>() == 64, 'layout: struct Skb has other than 64 bytes')
  assert(offsetof<CnCallback>() == 32, 'layout: the name of struct CnCallback does not follow its fields')
  assert(offsetof<Kernel>('ownPidMask') == 376, 'layout: struct Kernel has other than 380 bytes')
  assert(offsetof<Skb>('gid') - offsetof<Skb>('portid') == (RESULT_GID - RESULT_PORTID) << 2, 'layout: a message is described otherwise')
  assert(FREE_RUNS == STATE + 512 && PARTIAL_PAGES == STATE + 640 && WHEEL_BITS == STATE + 768, 'layout: the heads of lists moved')
  assert(PROTOCOLS == STATE + 1024 && WHEEL_SLOTS == STATE + 2048, 'layout: protocols or the timer wheel moved')
  assert(PROC_COUNTERS == STATE + 896, 'layout: the counters of cn_proc moved')
  assert(<u32>__data_end <= STATE, 'layout: static data runs into the state')
}

/** Sets up an empty machine in all the memory that there is; profile and limits lie in the transmit window. 0 or -ENOMEM. */
export function machineBoot(seed: u32): i32 {
  checkLayout()
  memory.fill(STATE, 0, PAGE_MAP_AT - STATE)
  memory.fill(RESULT_AT, 0, 512)
  const k = kernel()
  memory.copy(STATE + offsetof<Kernel>('skbuff'), TRANSMIT_AT, CONFIG_WORDS << 2)
  k.nextOrdinal = 1
  k.nextSocketId = 1
  initPages((<u32>memory.size()) << 16)
  seedRandom(seed)
  failslabReset()
  initProtocols()
  return initRegistry(RECEIVE_AT) ? 0 : -ENOMEM
}

/** Takes everything down, as if each owner had done it; how many bytes are left in use, which must be 0. */
export function machineHalt(): u32 {
  const k = kernel()
  while (!nil(k.firstTask)) taskExit(k.firstTask, 0)
  while (!nil(k.firstCallback)) callbackRemove(k.firstCallback)
  while (!nil(k.firstRequest)) requestFree(k.firstRequest)
  while (!nil(k.firstTimer)) timerDelete(k.firstTimer)
  for (let number: u32 = 0; number < MAX_PROTOCOLS; number++) {
    const protocol = protocolAt(number)
    if (protocol.present && protocol.input != INPUT_CONNECTOR) kernelRelease(number)
  }
  if (k.notifier) slotGive(k.notifier - 1)
  k.notifier = 0
  namespacesFree()
  modulesFree()
  logFree()
  while (readyNext()) {}
  return bytesInUse()
}
