// Generic netlink, in the kernel's own words. Nothing of the kernel knows it: who does not call createGenetlink() does not
// have it in his bundle.

export * from './family.js'
export { createGenetlink, type Genetlink } from './genetlink.js'
export { type GenlSkb, genlmsg_put, genlmsg_put_reply } from './message.js'
export * from './nla-parse.js'
export * from './nla-policy.js'
