// What nobody sends who keeps to the protocol.

/** The other end did something that connect() never does. It is cut off: what else it may want to do is not to be known. */
export class Violation extends Error {
  override readonly name = 'Violation'
}
