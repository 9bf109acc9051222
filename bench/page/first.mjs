// The first message in a page, as a page's own program does it: imports by name, in one bundle, whose first line marks
// when the script began.
import { AF_NETLINK, boot, encodeConnectorMessage, GFP_KERNEL, NETLINK_CONNECTOR, SOCK_RAW } from '../../dist/index.js'
import { measure } from '../ours/boot.mjs'
import { settle } from './outcome.mjs'

const began = performance.getEntriesByName('script')[0].startTime
const imported = performance.now() - began
const uapi = { AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR, GFP_KERNEL, encodeConnectorMessage }
settle(() => measure({ boot, uapi, began, imported }))
