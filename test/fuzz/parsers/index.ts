// All parsers of the door.
import type { Parser } from '../round.js'
import { address } from './address.js'
import { connectorInput } from './connector-input.js'
import { control } from './control.js'
import { filter } from './filter.js'
import { hostile } from './hostile.js'
import { notifyRequest } from './notify-request.js'
import { options } from './options.js'
import { procInput } from './proc-input.js'
import { rcvSkb } from './rcv-skb.js'
import { receiving } from './receive.js'
import { replay } from './replay.js'
import { text } from './text.js'

export const PARSERS: readonly Parser[] = [
  connectorInput,
  notifyRequest,
  procInput,
  rcvSkb,
  control,
  filter,
  options,
  address,
  receiving,
  replay,
  text,
  hostile,
]
