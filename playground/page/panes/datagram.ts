// One datagram: its fields in a table, its bytes in hex, both in the colours of the structs that they are part of.

import { html, nothing, type TemplateResult } from 'lit-html'
import type { LoggedEvent } from '../event-log.js'
import { type Field, fieldsOf } from '../fields.js'
import { counted, destination, protocolName, resultText } from '../words.js'

const LINE = 16
/** Bytes that are shown. */
const MOST_BYTES = 1024
const COLOURS = 6

export function datagramTemplate(event: LoggedEvent): TemplateResult {
  const { number, protocol, data, from, who, to, result } = event
  const fields = fieldsOf(protocol, data)
  const parts = [...new Set(fields.map(({ part }) => part))]
  const colourOf = (part: string) => `part-${parts.indexOf(part) % COLOURS}`
  return html`
    <h3>Message ${number} <small>${protocolName(protocol)}, ${counted(data.length, 'byte')}</small></h3>
    <p>
      From ${from === 0 ? 'the kernel' : `${who}, port ${from}`} to ${destination(to, from)}. The call answered
      ${resultText(result)}.
    </p>
    <div class="table" tabindex="0" role="region" aria-label="Fields of message ${number}">
      <table class="fields">
        <thead>
          <tr>
            <th scope="col">Byte</th>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${fields.map((field, i) => fieldRow(field, fields[i - 1]?.part !== field.part, colourOf(field.part)))}
        </tbody>
      </table>
    </div>
    <div class="hex" tabindex="0" role="region" aria-label="Bytes of message ${number} in hexadecimal">
      ${hexLines(data.subarray(0, MOST_BYTES), fields, colourOf)}
      ${data.length > MOST_BYTES ? html`<p class="empty">and ${counted(data.length - MOST_BYTES, 'more byte')}</p>` : nothing}
    </div>
  `
}

function fieldRow({ part, name, at, value, note }: Field, isFirst: boolean, colour: string): TemplateResult {
  return html`
    <tr>
      <td>${at}</td>
      <th scope="row"><span class="part ${colour}">${isFirst || name === '' ? html`<small>${part}</small> ` : nothing}${name}</span></th>
      <td>${value}</td>
      <td>${note}</td>
    </tr>
  `
}

function hexLines(data: Uint8Array, fields: readonly Field[], colourOf: (part: string) => string): TemplateResult[] {
  const colours: string[] = Array.from({ length: data.length }, () => '')
  for (const { at, length, part } of fields) colours.fill(colourOf(part), at, Math.min(data.length, at + length))
  return Array.from({ length: Math.ceil(data.length / LINE) }, (_, line) => {
    const at = line * LINE
    const bytes = data.subarray(at, at + LINE)
    const text = Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('')
    return html`<code class="line"
      ><span class="at">${at.toString(16).padStart(4, '0')}</span>${runs(bytes, colours.slice(at, at + LINE))}<span class="ascii"
        >${text}</span
      ></code
    >`
  })
}

/** Bytes of one colour become one element: there are many bytes. */
function runs(bytes: Uint8Array, colours: readonly string[]): TemplateResult {
  const parts: { colour: string; hex: string[] }[] = []
  bytes.forEach((byte, i) => {
    const colour = colours[i] as string
    if (parts.at(-1)?.colour !== colour) parts.push({ colour, hex: [] })
    parts.at(-1)?.hex.push(byte.toString(16).padStart(2, '0'))
  })
  return html`<span class="bytes">${parts.map(({ colour, hex }) => html`<span class="part ${colour}">${hex.join(' ')}</span> `)}</span>`
}
