// MessageChannel in a page, which has nothing of the package but its codecs.
import { runPage } from './chromium.mjs'

export const title = 'MessageChannel'
export { close, prepare } from './chromium.mjs'

export const run = ({ params }) => runPage('/bench/page/rival.mjs', { file: 'message-channel', params })
