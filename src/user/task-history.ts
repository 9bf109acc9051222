// Tasks when time goes back, or when a machine is there before its tasks are: snapshots need this, and the core of a kernel does not.

import type { Machine } from '../machine/index.js'
import { Socket } from './socket.js'
import { COMM_BYTES, endState, Task, type TaskWorld } from './task.js'

/** A task as it was: what brings it back when time goes backwards. */
export interface SavedTask {
  readonly task: Task
  readonly reference: number
  readonly comm: string
  readonly sockets: readonly Socket[]
  /** The machine's reference of each socket. */
  readonly references: Uint32Array
  readonly threads: readonly Task[]
}

/** Makes the objects for the tasks and sockets that a machine has already. */
export function adoptTasks(world: TaskWorld): void {
  const { raw } = world.machine
  const byReference = new Map<number, Task>()
  const byPid = new Map<number, Task>()
  for (let one = raw.task_next(0); one !== 0; one = raw.task_next(one)) {
    const [pid, tgid, own, ownTgid] = [0, 1, 6, 7].map((index) => world.machine.listWord(index)) as Four
    const comm = world.machine.text(COMM_BYTES).replace(/\0.*$/s, '')
    const task = new Task(world, one, { pid: own, tgid: ownTgid }, comm, pid === tgid ? undefined : byPid.get(tgid))
    byReference.set(one, task)
    byPid.set(pid, task)
  }
  for (let one = raw.socket_next(0); one !== 0; one = raw.socket_next(one)) {
    raw.socket_describe(one)
    const task = byReference.get(world.machine.listWord(4)) as Task
    Task.stateOf(task).sockets.add(one, world.machine.listWord(3))
  }
}

/** All living tasks, to be brought back by restoreTasks(). */
export function saveTasks(world: TaskWorld): readonly SavedTask[] {
  return Array.from(world.tasks, (task) => saveTask(world.machine, task))
}

function saveTask(machine: Machine, task: Task): SavedTask {
  const { reference, comm, sockets: open, threads } = Task.stateOf(task)
  const sockets = [...open.byPlace]
  const references = Uint32Array.from(sockets, (socket) => Socket.reference(machine, socket, 'socket'))
  return { task, reference, comm, sockets, references, threads: [...threads] }
}

/** Time goes back: who was born since is gone, and who was there is as it was. */
export function restoreTasks(world: TaskWorld, saved: readonly SavedTask[]): void {
  for (const task of world.tasks) endState(Task.stateOf(task))
  world.tasks.clear()
  for (const one of saved) {
    world.tasks.add(one.task)
    restoreTask(one)
  }
}

function restoreTask({ task, reference, comm, sockets, references, threads }: SavedTask): void {
  const state = Task.stateOf(task)
  state.reference = reference
  state.comm = comm
  for (const thread of threads) state.threads.add(thread)
  for (const [place, socket] of sockets.entries()) {
    Socket.revive(socket, references[place] as number, place)
    state.sockets.byPlace.push(socket)
  }
}

type Four = [number, number, number, number]
