// The same step with less in it: what a scenario is made of when its difference does not need more.

import { isList, isObject, type Json, type JsonObject } from '../replay/json.js'
import { replaced, without } from './lists.js'

/** Ways to say less with a step. */
export function plainerSteps(step: JsonObject | undefined): JsonObject[] {
  if (step === undefined) return []
  if (step.call === 'repeat') return plainerRepeat(step)
  const shorter = ['addrlen', 'control', 'controllen', 'len', 'flags', 'value']
    .filter((name) => mayGo(step, name))
    .map((name) => Object.fromEntries(Object.entries(step).filter(([field]) => field !== name)))
  return [...shorter, ...plainerFlags(step), ...plainerData(step), ...plainerAddress(step)]
}

function mayGo(step: JsonObject, name: string): boolean {
  const { call } = step
  const value = step[name]
  if (value === undefined) return false
  const needed = name === 'len' ? call !== 'setsockopt' : name === 'value' && call === 'setsockopt'
  return !needed && !(isList(value) && value.length === 0 && name === 'flags')
}

function plainerRepeat(step: JsonObject): JsonObject[] {
  const { times, step: inner } = step
  if (!isObject(inner) || typeof times !== 'number') return []
  const fewer = [times >> 1, times - 1].filter((count) => count > 1 && count < times)
  return [
    inner,
    ...fewer.map((count) => ({ ...step, times: count })),
    ...plainerSteps(inner).map((one) => ({ ...step, step: one })),
  ]
}

function plainerFlags(step: JsonObject): JsonObject[] {
  const { flags } = step
  if (!isList(flags) || flags.length < 2) return []
  return flags.map((_, i) => ({ ...step, flags: without(flags, i) }))
}

const PLAIN_DATA = '61'

function plainerData(step: JsonObject): JsonObject[] {
  const { data, iov } = step
  const texts = [PLAIN_DATA, ...(typeof data === 'string' ? halved(data) : [])]
  if (typeof data === 'string')
    return texts.filter((text) => text !== data && text.length < data.length).map((text) => ({ ...step, data: text }))
  if (!isList(iov)) return []
  const fewer = iov.length > 1 ? iov.map((_, i) => ({ ...step, iov: without(iov, i) })) : []
  return step.call === 'sendmsg' ? [...fewer, ...plainerIov(step, iov)] : fewer
}

function plainerIov(step: JsonObject, iov: readonly Json[]): JsonObject[] {
  return iov.flatMap((one, i) =>
    String(one).length > PLAIN_DATA.length ? [{ ...step, iov: replaced(iov, i, PLAIN_DATA) }] : [],
  )
}

/** Hex without its second half. */
function halved(data: string): string[] {
  return /^[0-9a-f]{4,}$/.test(data) ? [data.slice(0, (data.length >> 2) << 1)] : []
}

function plainerAddress(step: JsonObject): JsonObject[] {
  const { addr } = step
  if (!isObject(addr)) return []
  const fewer = ['pad', 'family']
    .filter((name) => name in addr)
    .map((name) => {
      return { ...step, addr: Object.fromEntries(Object.entries(addr).filter(([field]) => field !== name)) }
    })
  const nothing = addr.groups === 0 ? [] : [{ ...step, addr: { ...addr, groups: 0 } }]
  return [...fewer, ...nothing]
}
