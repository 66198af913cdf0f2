// The package "redis", by RESP2 or RESP3. Usage: node use_redis.js resp2|resp3 PORT
'use strict';

const assert = require('node:assert');
const { createClient } = require('redis');
const { run } = require('./scenario');

const pairs = (flat) => {
  const fields = {};
  for (let i = 0; i < flat.length; i += 2) fields[flat[i]] = flat[i + 1];
  return fields;
};

// By RESP2 the client makes objects of the streams it read; by RESP3 it leaves the map as it came.
function streamEntries(reply, protocol) {
  if (!reply) return [];
  if (protocol === 2) return reply[0].messages.map(({ id, message }) => [id, { ...message }]);
  assert.deepStrictEqual(Object.keys(reply), ['jobs']);
  return reply.jobs.map(([id, flat]) => [id, pairs(flat)]);
}

async function check(client, total, protocol) {
  assert.strictEqual(await client.set('k', 'v', { expiration: { type: 'PX', value: 100000 } }), 'OK');
  assert.deepStrictEqual(await client.mGet(['k', 'absent']), ['v', null]);
  assert.strictEqual(await client.incrBy('n', 5), 5);
  const keys = [];
  for await (const some of client.scanIterator({ MATCH: '[kn]' })) keys.push(...some);
  assert.deepStrictEqual(keys.sort(), ['k', 'n']);
  assert.match(await client.info('server'), /redis_version:/);
  assert.deepStrictEqual({ ...await client.configGet('maxmemory') }, { maxmemory: '0' });
  assert.strictEqual((await client.xInfoStream('jobs')).length, total);
  assert.strictEqual((await client.xInfoGroups('jobs'))[0].name, 'workers');
  const me = await client.clientInfo();
  assert.strictEqual(me.resp, protocol);
  await assert.rejects(client.xAdd('k', '*', { f: 'v' }), /WRONGTYPE/);
}

run(`redis ${require('redis/package.json').version}`, async (port, words) => {
  const protocol = words.includes('resp3') ? 3 : 2;
  const client = createClient({
    socket: { port, host: '127.0.0.1' }, RESP: protocol, unstableResp3: true,
  });
  client.on('error', (error) => { throw error; });
  await client.connect();
  return {
    createGroup: () => client.xGroupCreate('jobs', 'workers', '0', { MKSTREAM: true }),
    add: (fields) => client.xAdd('jobs', '*', fields),
    read: async (name, count, ms) => streamEntries(await client.xReadGroup(
      'workers', name, { key: 'jobs', id: '>' }, { COUNT: count, BLOCK: ms }), protocol),
    claim: async (name, idle, count) =>
      (await client.xAutoClaim('jobs', 'workers', name, idle, '0', { COUNT: count }))
        .messages.map(({ id, message }) => [id, { ...message }]),
    ack: (ids) => client.xAck('jobs', 'workers', ids),
    pending: async () => (await client.xPending('jobs', 'workers')).pending,
    check: (total) => check(client, total, protocol),
    close: () => client.close(),
  };
});
