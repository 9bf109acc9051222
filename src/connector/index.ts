// The comfortable layer over sockets and callbacks: a service that answers requests, a client that makes them, and losses that are
// never silent. It follows the protocol that connector.txt recommends (lines 90 to 112).

export { Asker } from './asker.js'
export { ConnectorClient } from './client.js'
export { connect } from './connect.js'
export { ClosedError, LossError, ServiceError, type ServiceErrorPhase, TimeoutError } from './errors.js'
export type { Answer, BroadcastOptions, Handler, ServeOptions } from './handler.js'
export type { ClientMessage, Gap, Loss, LossReason, MessageOrLoss } from './messages.js'
export type { ConnectOptions, MessagesOptions, RequestOptions, SendOptions } from './options.js'
export type { SequenceKey, SequenceOption } from './sequence.js'
export { serve } from './serve.js'
export { ConnectorService } from './service.js'
