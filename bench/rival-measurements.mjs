// What is measured against other ways to hand a message over in JavaScript, as entries of measurements.mjs.

const callbacks = {
  id: 'callbacks',
  file: 'callbacks',
  sides: ['event-emitter', 'eventemitter3', 'mitt', 'broadcast-channel', 'node'],
  params: { payload: 64, listeners: 64, iterations: 100, rounds: 60 },
  results: [
    { part: 'pushed', goal: 'callbacks-event-emitter', against: 'event-emitter' },
    { part: 'pushed', title: 'pushed to 64 callbacks, against eventemitter3', against: 'eventemitter3' },
    { part: 'pushed', title: 'pushed to 64 callbacks, against mitt', against: 'mitt' },
    { part: 'pushed', goal: 'callbacks-broadcast-channel', against: 'broadcast-channel' },
  ],
}

const channel = {
  id: 'one-to-one-channel',
  file: 'unicast',
  sides: ['message-channel', 'node'],
  params: { payload: 64, iterations: 1000, rounds: 200 },
  results: [
    { part: 'roundtrip', goal: 'message-channel-node', against: 'message-channel' },
    {
      part: 'roundtrip',
      title: 'one to one, against MessageChannel in Node, 1000 posted at once',
      against: 'message-channel',
      theirPart: 'burst',
    },
  ],
}

const queues = {
  id: 'one-to-one-queue',
  file: 'unicast',
  sides: ['queue-of-objects', 'typed-array-queue', 'node'],
  // Rounds so long that the garbage of each is collected within it: who makes it has to pay.
  params: { payload: 64, iterations: 20_000, rounds: 60 },
  results: [
    { part: 'roundtrip', goal: 'queue-of-objects', against: 'queue-of-objects' },
    { part: 'roundtrip', goal: 'typed-array-queue', against: 'typed-array-queue' },
  ],
}

const oneToOneInChromium = {
  id: 'one-to-one-chromium',
  file: 'unicast',
  sides: ['chromium-message-channel', 'chromium'],
  params: { payload: 64, iterations: 1000, rounds: 20, together: 8 },
  results: [{ part: 'roundtrip', goal: 'message-channel-chromium', against: 'chromium-message-channel' }],
}

export const rivalMeasurements = [callbacks, channel, queues, oneToOneInChromium]
