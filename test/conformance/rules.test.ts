// Nothing is forgotten: every rule has a proof that exists or a reason, and every scenario stands for something.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isNamed, isTestFile } from './page.js'
import { recordedFiles } from './recorded.js'
import { EXCEPTIONS, GENERAL, RULES } from './rules.js'

const rules = RULES.flatMap((section) => section.rules)
const names = recordedFiles().flatMap(({ scenarios }) => scenarios.map(({ name }) => name))
const proofs = rules.flatMap(({ proof }) => proof)
const patterns = [...proofs.filter((one) => !isTestFile(one)), ...GENERAL.map((one) => one.names)]

const exists = (path: string) => existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)))

describe('the rules', () => {
  it('have proofs that exist', () => {
    const missing = patterns.filter((pattern) => !names.some((name) => isNamed(pattern, name)))
    expect([...missing, ...proofs.filter((one) => isTestFile(one) && !exists(one))]).toEqual([])
  })

  it('have a reason where they have no proof, and only there', () => {
    expect(rules.filter(({ proof, reason }) => (proof.length === 0) !== (reason !== undefined))).toEqual([])
  })

  it('are each told once, with each proof once', () => {
    const texts = rules.map((one) => one.rule)
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([])
    expect(rules.filter(({ proof }) => new Set(proof).size !== proof.length)).toEqual([])
  })

  it('are sentences', () => {
    const texts = [...rules.map((one) => one.rule), ...rules.flatMap(({ reason }) => reason ?? []), ...EXCEPTIONS]
    expect(texts.filter((text) => !text.endsWith('.') || text.includes('\n'))).toEqual([])
  })
})

describe('the scenarios', () => {
  it('have names of their own', () => {
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  it('each prove a rule, or stand for many', () => {
    expect(names.filter((name) => !patterns.some((pattern) => isNamed(pattern, name)))).toEqual([])
  })
})

describe('names with a star', () => {
  it.each([
    ['bind/auto', 'bind/auto', true],
    ['bind/auto', 'bind/auto-again', false],
    ['walks/*', 'walks/07', true],
    ['walks/*', 'other/walks/07', false],
    ['ends/*-of-a-task', 'ends/exit-of-a-task', true],
    ['ends/*-of-a-task', 'ends/exit-of-a-task-2', false],
    ['aba*aba', 'aba', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-c', false],
    ['a*bc*c', 'abc', false],
  ])('%s and %s: %s', (pattern, name, meant) => {
    expect(isNamed(pattern, name)).toBe(meant)
  })
})
