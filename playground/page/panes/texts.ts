// The panes that are text: the kernel log, the files of /proc, and what the scene printed.

import { html, type TemplateResult } from 'lit-html'
import type { MachineView, StepRecord } from '../../shared/protocol.js'
import { counted } from '../words.js'

/** Lines that are shown, the latest. */
const MOST_LINES = 500

/** The kernel log. */
export function logTemplate({ dmesg }: MachineView): TemplateResult {
  return lines('Kernel log', dmesg, 'The kernel log is empty: printk() writes into it.')
}

/** What the scene has printed up to a step. */
export function outputTemplate(steps: readonly StepRecord[], step: number): TemplateResult {
  const printed: string[] = []
  for (let at = step; at >= 0 && printed.length < MOST_LINES; at--) printed.unshift(...(steps[at]?.printed ?? []))
  return lines('Output of the scene', printed, 'Nothing yet: print() and console.log() write here.')
}

function lines(label: string, all: readonly string[], none: string): TemplateResult {
  const shown = all.slice(-MOST_LINES)
  if (shown.length === 0) return html`<p class="empty">${none}</p>`
  return html`<pre tabindex="0" role="region" aria-label=${label}>${
    shown.length < all.length ? `(${counted(all.length - shown.length, 'line')} before)\n` : ''
  }${shown.join('\n')}</pre>`
}

/** A file of /proc, and the choice of which. */
export function procTemplate({ proc }: MachineView, file: string, choose: (file: string) => void): TemplateResult {
  const paths = Object.keys(proc)
  return html`
    <div class="files" role="group" aria-label="Files">
      ${paths.map(
        (path) =>
          html`<button type="button" class="choice" aria-pressed=${path === file} @click=${() => choose(path)}>${path}</button>`,
      )}
    </div>
    <pre tabindex="0" role="region" aria-label="Text of ${file}">$ cat ${file}
${proc[file] ?? ''}</pre>
  `
}
