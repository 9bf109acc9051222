// What the page says when the code has failed, or was stopped.

import { html, nothing, render } from 'lit-html'
import { box } from './dom.js'
import type { Session } from './session.js'

/**
 * Says it, or nothing if all is well.
 *
 * @param brokenLine gives the first line that is no JavaScript: an error of the syntax does not say where it is
 */
export function drawFailure({ failure, status }: Session, brokenLine: () => number | null): void {
  const into = box('failure')
  if (failure === null) {
    const stopped = 'The code was stopped. What it did until then can be looked at; Run begins anew.'
    render(status === 'stopped' ? html`<p>${stopped}</p>` : nothing, into)
    return
  }
  const line = failure.line ?? (failure.name === 'SyntaxError' ? brokenLine() : null)
  const where =
    line === null ? nothing : html`<button type="button" class="link" data-line=${line}>Line ${line}</button>. `
  render(
    html`<p><b>The code failed.</b> ${failure.name}: ${failure.message}</p>
      <p>${where}The machine is alive: go back and look at it, or mend the code and run it again.</p>`,
    into,
  )
}
