// The machine as boxes: tasks with their sockets and queues on one side, the kernel with callbacks and groups on the other.
// Each box that messages come from or go to has a `data-node`; the canvas above finds it by that.

import { html, nothing, svg, type TemplateResult } from 'lit-html'
import type { MachineView, SocketView } from '../shared/protocol.js'
import { count, counted, protocolName } from './words.js'

/** Squares of one queue, and sockets, that are drawn; the rest is a number. */
const MOST_SQUARES = 24
const MOST_SOCKETS = 40
const MOST_CHIPS = 24

export const socketNode = (id: number) => `socket:${id}`
export const groupNode = (protocol: number, group: number) => `group:${protocol}:${group}`
export const callbackNode = (idx: number, val: number) => `callback:${idx}:${val}`
export const CORE_NODE = 'core'

/** What a click on a socket leads to: the oldest message of its queue. */
export type ShowMessage = (number: number) => void

/** Both sides. */
export function stageTemplate(view: MachineView, show: ShowMessage): TemplateResult {
  return html`
    <section class="side user" aria-label="User space">
      <h3>User space</h3>
      ${tasks(view, show)}
    </section>
    <section class="side kernel" aria-label="Kernel">
      <h3>Kernel</h3>
      <div class="core" data-node=${CORE_NODE}>netlink</div>
      ${groups(view)} ${callbacks(view)} ${rest(view)}
    </section>
  `
}

function tasks(view: MachineView, show: ShowMessage): TemplateResult {
  const shown = view.sockets.slice(0, MOST_SOCKETS)
  const more = view.sockets.length - shown.length
  if (view.tasks.length === 0) return html`<p class="empty">No task yet.</p>`
  const leaders = view.tasks.filter(({ pid, tgid }) => pid === tgid)
  const withSockets = leaders.filter(({ pid }) => shown.some((socket) => socket.pid === pid))
  const others = view.tasks.filter((task) => !withSockets.includes(task))
  return html`
    <ul class="tasks">
      ${withSockets.map(
        (task) => html`
          <li class="task">
            <h4>${task.comm} <small>pid ${task.pid}, uid ${task.uid}</small></h4>
            ${shown.filter((socket) => socket.pid === task.pid).map((socket) => socketTemplate(socket, show))}
          </li>
        `,
      )}
    </ul>
    ${more > 0 ? html`<p class="empty">and ${counted(more, 'more socket')}</p>` : nothing}
    ${others.length === 0 ? nothing : otherTasks(others)}
  `
}

function otherTasks(tasks: MachineView['tasks']): TemplateResult {
  const names = tasks
    .slice(0, MOST_CHIPS)
    .map(({ comm, pid }) => html`<li class="chip">${comm} <small>${pid}</small></li>`)
  const more = tasks.length - names.length
  return html`
    <h4 class="label">Tasks without sockets</h4>
    <ul class="chips">
      ${names} ${more > 0 ? html`<li class="chip">and ${more} more</li>` : nothing}
    </ul>
  `
}

function socketTemplate(socket: SocketView, show: ShowMessage): TemplateResult {
  const { id, protocol, bound, portid, groups, peer, queued, rmem, rcvbuf, drops, congested, error } = socket
  const first = socket.queue[0]
  const name = bound ? `port ${portid}` : 'no port'
  const joined = groups.length === 0 ? '' : ` · ${groups.length === 1 ? 'group' : 'groups'} ${groups.join(', ')}`
  return html`
    <div class="socket ${congested ? 'is-congested' : ''}" data-node=${socketNode(id)} data-socket=${id}>
      <p class="name"><b>${name}</b> <small>${protocolName(protocol)}${joined}${peer === null ? '' : ` · peer ${peer.portid}`}</small></p>
      ${squares(socket)}
      ${fill(socket, name)}
      <p class="numbers">
        ${
          first === undefined
            ? html`<span>empty</span>`
            : html`<button type="button" class="link" @click=${() => show(first.number)}
                title="Show the oldest message">${counted(queued, 'message')}</button>`
        }
        <span>${count(rmem)} / ${count(rcvbuf)} B</span>
        ${drops > 0 ? html`<span class="badge lost">${count(drops)} lost</span>` : nothing}
        ${congested ? html`<span class="badge lost">congested</span>` : nothing}
        ${error !== 0 && !congested ? html`<span class="badge late">error pending</span>` : nothing}
      </p>
    </div>
  `
}

/** The queue, oldest first: a square for each message. */
function squares({ queue, queued }: SocketView): TemplateResult {
  const shown = queue.slice(0, MOST_SQUARES)
  return html`
    <svg class="squares" viewBox="0 0 240 8" aria-hidden="true" focusable="false">
      ${shown.map(
        ({ group }, i) =>
          svg`<rect class=${group === 0 ? 'unicast' : 'multicast'} x=${i * 10} y="0" width="8" height="8" rx="2"></rect>`,
      )}
      ${
        queued > shown.length
          ? svg`<rect class="more" x=${MOST_SQUARES * 10 - 10} y="0" width="8" height="8" rx="2"></rect>`
          : nothing
      }
    </svg>
  `
}

function fill({ rmem, rcvbuf, queued }: SocketView, name: string): TemplateResult {
  const percent = Math.min(100, (100 * rmem) / Math.max(1, rcvbuf))
  return html`
    <div class="fill" role="meter" aria-label="Receive buffer of ${name}" aria-valuemin="0" aria-valuemax=${Math.max(rcvbuf, rmem)}
      aria-valuenow=${rmem} aria-valuetext="${counted(queued, 'message')}, ${Math.round(percent)} % full">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class=${percent > 85 ? 'high' : 'level'} width=${percent} height="4"></rect>
      </svg>
    </div>
  `
}

function groups(view: MachineView): TemplateResult {
  const shown = view.groups.slice(0, MOST_CHIPS)
  return html`
    <h4 class="label">Groups</h4>
    ${shown.length === 0 ? html`<p class="empty">none has a member</p>` : nothing}
    <ul class="chips">
      ${shown.map(
        ({ protocol, group, members }) => html`
          <li class="chip group" data-node=${groupNode(protocol, group)}>
            ${group} <small>${protocolName(protocol)} · ${counted(members.length, 'member')}</small>
          </li>
        `,
      )}
      ${moreChip(view.groups.length - shown.length)}
    </ul>
  `
}

function callbacks(view: MachineView): TemplateResult {
  const shown = view.callbacks.slice(0, MOST_CHIPS)
  return html`
    <h4 class="label">Connector callbacks</h4>
    <ul class="chips">
      ${shown.map(
        ({ idx, val, name }) => html`
          <li class="chip callback" data-node=${callbackNode(idx, val)}>${name} <small>${idText(idx)}:${idText(val)}</small></li>
        `,
      )}
      ${moreChip(view.callbacks.length - shown.length)}
    </ul>
  `
}

const moreChip = (more: number) => (more > 0 ? html`<li class="chip">and ${more} more</li>` : nothing)

/** The connector's own id has the largest numbers, which the documentation writes as -1. */
const idText = (n: number) => String(n === 0xffffffff ? -1 : n)

function rest({ modules, timers, work }: MachineView): TemplateResult {
  const facts = [
    ...modules.map((name) => `module ${name}`),
    ...timers.slice(0, 3).map(({ expires }) => `timer at ${count(expires)} ms`),
    ...(timers.length > 3 ? [`and ${counted(timers.length - 3, 'more timer')}`] : []),
    ...(work > 0 ? [`${count(work)} in the work queue`] : []),
  ]
  return facts.length === 0
    ? html``
    : html`
        <h4 class="label">Modules, timers, work</h4>
        <ul class="chips">
          ${facts.map((fact) => html`<li class="chip plain">${fact}</li>`)}
        </ul>
      `
}
