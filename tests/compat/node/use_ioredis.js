// ioredis (RESP2). Usage: node use_ioredis.js PORT
'use strict';

const assert = require('node:assert');
const Redis = require('ioredis');
const { run } = require('./scenario');

const pairs = (flat) => {
  const fields = {};
  for (let i = 0; i < flat.length; i += 2) fields[flat[i]] = flat[i + 1];
  return fields;
};
const entries = (list) => list.map(([id, flat]) => [id, pairs(flat)]);

async function check(client, total) {
  assert.strictEqual(await client.set('k', 'v', 'PX', 100000), 'OK');
  assert.deepStrictEqual(await client.mget('k', 'absent'), ['v', null]);
  assert.strictEqual(await client.incrby('n', 5), 5);
  const replies = await client.pipeline().incr('n').get('n').xlen('jobs').exec();
  assert.deepStrictEqual(replies, [[null, 6], [null, '6'], [null, total]]);
  const keys = [];
  for await (const some of client.scanStream({ match: '[kn]' })) keys.push(...some);
  assert.deepStrictEqual(keys.sort(), ['k', 'n']);
  assert.match(await client.info('server'), /redis_version:/);
  await assert.rejects(client.xadd('k', '*', 'f', 'v'), /^ReplyError: WRONGTYPE/);
}

run(`ioredis ${require('ioredis/package.json').version}`, async (port) => {
  const client = new Redis({ port, host: '127.0.0.1' });
  return {
    createGroup: () => client.xgroup('CREATE', 'jobs', 'workers', '0', 'MKSTREAM'),
    add: (fields) => client.xadd('jobs', '*', ...Object.entries(fields).flat()),
    read: async (name, count, ms) => {
      const reply = await client.xreadgroup(
        'GROUP', 'workers', name, 'COUNT', count, 'BLOCK', ms, 'STREAMS', 'jobs', '>');
      return reply ? entries(reply[0][1]) : [];
    },
    claim: async (name, idle, count) =>
      entries((await client.xautoclaim('jobs', 'workers', name, idle, '0', 'COUNT', count))[1]),
    ack: (ids) => client.xack('jobs', 'workers', ...ids),
    pending: async () => (await client.xpending('jobs', 'workers'))[0],
    check: (total) => check(client, total),
    close: () => client.quit(),
  };
});
