// ioredis (RESP2) on every core type, and with several clients at once. Usage: types_ioredis.js PORT
'use strict';

const Redis = require('ioredis');
const { AWKWARD, answered, assert, collect, largeValue, runChecks, until } = require('./waiting');

const MANY = 3000;
const port = Number(process.argv.at(-1));
const same = assert.deepStrictEqual;
const opened = [];

function connect(options = {}) {
  const client = new Redis({ port, host: '127.0.0.1', ...options });
  opened.push(client);
  return client;
}

async function values(client) {
  same(await client.set('str', 'v', 'NX'), 'OK');
  same(await client.set('str', 'w', 'NX'), null);
  same(await client.set('str', 'w', 'GET'), 'v');
  same(await client.append('str', '!'), 2);
  same(await client.incrbyfloat('float', 3.5), '3.5');
  same(await client.rpush('list', 'a', 'b', 'c'), 3);
  same(await client.lrange('list', 0, -1), ['a', 'b', 'c']);
  same(await client.lpop('list', 2), ['a', 'b']);
  same(await client.lpos('list', 'c'), 0);
  same(await client.hset('hash', { a: 1, b: 'two' }), 2);
  same(await client.hset('hash', new Map([['c', 3]])), 1);
  same(await client.hgetall('hash'), { a: '1', b: 'two', c: '3' });
  same(await client.hmget('hash', 'a', 'none'), ['1', null]);
  same(await client.hincrby('hash', 'a', 4), 5);
  same(await client.sadd('set', 3, 1, 2), 3);
  same(await client.smembers('set'), ['1', '2', '3']);
  same(await client.smismember('set', 1, 9), [1, 0]);
  same(await client.zadd('zset', 1, 'a', 2.5, 'b', '+inf', 'c'), 3);
  same(await client.zrange('zset', 0, -1, 'WITHSCORES'), ['a', '1', 'b', '2.5', 'c', 'inf']);
  same(await client.zscore('zset', 'b'), '2.5');
  same(await client.zpopmin('zset'), ['a', '1']);
  same(await client.zmpop(1, 'zset', 'MAX'), ['zset', [['c', 'inf']]]);
  same(await client.setbit('bits', 7, 1), 0);
  same(await client.bitfield('bits', 'INCRBY', 'u8', 0, 9, 'OVERFLOW', 'FAIL', 'SET', 'u1', 0, 1), [10, 0]);
  same(await client.pfadd('hll', 'a', 'b', 'a'), 1);
  same(await client.pfcount('hll'), 2);
  same(await client.geoadd('geo', 13.361389, 38.115556, 'Palermo'), 1);
  same(await client.geosearch('geo', 'FROMLONLAT', 13, 38, 'BYRADIUS', 50, 'km', 'WITHDIST'),
    [['Palermo', '34.1601']]);
  const payload = await client.dumpBuffer('hash');
  same(await client.restore('hash:2', 0, payload), 'OK');
  same(await client.hgetall('hash:2'), await client.hgetall('hash'));
  same(await client.object('ENCODING', 'hash'), 'listpack');
  await assert.rejects(client.lpush('hash', 'x'), /^ReplyError: WRONGTYPE/);
}

async function expiry(client) {
  await client.set('gone', 'v', 'PX', 20);
  assert((await client.pttl('gone')) <= 20);
  await until(async () => (await client.get('gone')) === null, 'a key to expire');
  same([await client.ttl('gone'), await client.ttl('hash')], [-2, -1]);
  same(await client.expire('hash', 100, 'NX'), 1);
  same(await client.persist('hash'), 1);
}

async function pipelinesAndScans(client) {
  const pipe = client.pipeline();
  for (let i = 0; i < MANY; i++)
    pipe.set(`scan:${i}`, i).hset('scan_hash', `f${i}`, i)
      .sadd('scan_set', `m${i}`).zadd('scan_zset', i, `z${i}`);
  const replies = await pipe.exec();
  assert(replies.every(([error, reply]) => error === null && (reply === 'OK' || reply === 1)));
  const names = (prefix) => Array.from({ length: MANY }, (_, i) => `${prefix}${i}`).sort();
  const keys = await collect(client.scanStream({ match: 'scan:*', count: 100 }));
  same([...new Set(keys)].sort(), names('scan:'));
  const fields = await collect(client.hscanStream('scan_hash', { count: 100 }));
  same([...new Set(fields.filter((_, i) => i % 2 === 0))].sort(), names('f'));
  same([...new Set(await collect(client.sscanStream('scan_set')))].sort(), names('m'));
  const scored = await collect(client.zscanStream('scan_zset', { match: 'z1*' }));
  assert(scored.length > 0 && scored.every((item, i) => i % 2 === 0 || scored[i - 1] === `z${item}`));
  same(await collect(client.scanStream({ type: 'zset', match: 'scan*' })), ['scan_zset']);
  const automatic = connect({ enableAutoPipelining: true });
  same(await Promise.all(Array.from({ length: 500 }, (_, i) => automatic.get(`scan:${i}`))),
    Array.from({ length: 500 }, (_, i) => String(i)));
}

async function transactions(client) {
  same(await client.multi().set('tx', 1).incr('tx').lpush('tx', 'x').exec().then((replies) =>
    replies.map(([error, reply]) => (error ? error.message.slice(0, 9) : reply))), ['OK', 2, 'WRONGTYPE']);
  await assert.rejects(client.multi().set('tx', 3).call('GET').exec(), /EXECABORT/);
  same(await client.get('tx'), '2');
  const own = connect();
  await own.watch('tx');
  await client.set('tx', 'other');
  same(await own.multi().set('tx', 'mine').exec(), null);
  await own.watch('tx');
  same(await own.multi().set('tx', 'mine').exec(), [[null, 'OK']]);
  await own.multi({ pipeline: false });
  same(await own.incr('tx:n'), 'QUEUED');
  same(await own.discard(), 'OK');
  const count = async (counter) => {
    for (let done = 0; done < 50;) {
      await counter.watch('tx:count');
      const now = Number(await counter.get('tx:count'));
      if (await counter.multi().set('tx:count', now + 1).incr('tx:check').exec()) done++;
    }
  };
  await Promise.all([connect(), connect(), connect()].map(count));
  same(await client.mget('tx:count', 'tx:check'), ['150', '150']);
}

async function messages(client) {
  const own = connect();
  const heard = [];
  own.on('message', (channel, text) => heard.push(['message', channel, text]));
  own.on('pmessage', (pattern, channel, text) => heard.push([pattern, channel, text]));
  own.on('smessage', (channel, text) => heard.push(['smessage', channel, text]));
  same(await own.subscribe('news', 'more'), 2);
  same(await own.psubscribe('n?ws'), 3);
  same(await own.ssubscribe('shard'), 1);
  same([await client.publish('news', 'a'), await client.publish('more', 'b')], [2, 1]);
  same(await client.spublish('shard', 'c'), 1);
  same(await client.spublish('news', 'd'), 0);
  await until(() => heard.length === 4, 'four messages');
  same(heard.sort(), [['message', 'more', 'b'], ['message', 'news', 'a'], ['n?ws', 'news', 'a'],
    ['smessage', 'shard', 'c']]);
  same(await client.pubsub('NUMSUB', 'news'), ['news', 1]);
  same(await client.pubsub('SHARDCHANNELS'), ['shard']);
  await assert.rejects(own.get('tx'), /subscriber mode/);
  // Cut off, it comes back with its channels by itself.
  const back = new Promise((resolve) => own.once('ready', resolve));
  await client.client('KILL', 'TYPE', 'pubsub');
  await answered(back, 'the subscriber to come back');
  await until(async () => (await client.publish('news', 'again')) === 2, 'the subscriptions to come back');
  await until(() => heard.some((one) => one[2] === 'again'), 'a message after coming back');
  // Without arguments the library waits for a count of 0, which it does not get while others are left.
  same(await own.unsubscribe('news', 'more'), 1);
  same(await own.punsubscribe(), 0);
  same(await own.sunsubscribe('shard'), 0);
  same(await own.get('str'), 'w!');
}

async function blocked(client, count) {
  await until(async () => (await client.info('clients')).includes(`blocked_clients:${count}\r`),
    `${count} blocked clients`);
}

async function blocking(client) {
  const [first, second, mover, minimum] = [connect(), connect(), connect(), connect()];
  const one = first.blpop('b:a', 'b:b', 10);
  await blocked(client, 1);
  const two = second.brpop('b:b', 10);
  await blocked(client, 2);
  const three = mover.blmove('b:start', 'b:b', 'LEFT', 'RIGHT', 10);
  await blocked(client, 3);
  const four = minimum.bzpopmin('b:zset', 10);
  await blocked(client, 4);
  await client.rpush('b:b', 'x');
  same(await answered(one, 'BLPOP'), ['b:b', 'x']);
  await client.rpush('b:start', 'chained');
  same(await answered(three, 'BLMOVE'), 'chained');
  same(await answered(two, 'BRPOP'), ['b:b', 'chained']);
  await client.zadd('b:zset', 1.5, 'm', 2, 'n');
  same(await answered(four, 'BZPOPMIN'), ['b:zset', 'm', '1.5']);
  same(await first.blpop('b:none', 0.02), null);
  same(await client.exists('b:b', 'b:start'), 0);
  // A queue: every job once, whoever takes it.
  const jobs = [];
  const take = async (taker) => {
    for (;;) {
      const reply = await taker.blpop('b:queue', 10);
      assert(reply, 'a job is lost');
      if (reply[1] === 'end') return;
      jobs.push(Number(reply[1]));
    }
  };
  const takers = [first, second, mover].map(take);
  for (let i = 0; i < 300; i++) client.rpush('b:queue', i);
  await client.rpush('b:queue', 'end', 'end', 'end');
  await answered(Promise.all(takers), 'the takers');
  same(jobs.sort((a, b) => a - b), Array.from({ length: 300 }, (_, i) => i));
}

async function notificationsAndInvalidations(client) {
  await client.config('SET', 'notify-keyspace-events', 'KEA');
  const own = connect();
  const heard = [];
  own.on('pmessage', (pattern, channel, text) => heard.push([channel, text]));
  own.on('message', (channel, text) => heard.push([channel, text]));
  await own.psubscribe('__key*@0__:*');
  await client.hset('note', 'f', 1);
  await client.del('note');
  await until(() => heard.length === 4, 'four events');
  same(heard, [['__keyspace@0__:note', 'hset'], ['__keyevent@0__:hset', 'note'],
    ['__keyspace@0__:note', 'del'], ['__keyevent@0__:del', 'note']]);
  same(await own.punsubscribe(), 0);
  await client.config('SET', 'notify-keyspace-events', '');
  heard.length = 0;
  const id = await own.client('ID');
  await own.subscribe('__redis__:invalidate');
  const cached = connect();
  same(await cached.client('TRACKING', 'ON', 'REDIRECT', id), 'OK');
  await cached.zscore('note', 'm');
  await client.zadd('note', 1, 'm');
  await until(() => heard.length === 1, 'an invalidation');
  same(String(heard[0][1]), 'note');
}

async function bytes(client) {
  for (const [i, value] of AWKWARD.entries()) {
    const key = Buffer.concat([Buffer.from('bin:'), value]);
    await client.set(key, value);
    same(await client.getBuffer(key), value);
    await client.rpush('bin', value);
    same(await client.hset('bin:hash', value, value), 1);
    same(await client.zadd('bin:zset', i, value), 1);
  }
  same(await client.lrangeBuffer('bin', 0, -1), AWKWARD);
  same(await client.zrangeBuffer('bin:zset', 0, -1), AWKWARD);
  const large = largeValue();
  await client.set('large', large);
  assert((await client.getBuffer('large')).equals(large));
  await client.rpush('large:list', 'before', large, 'after');
  const [before, middle, after] = await client.lrangeBuffer('large:list', 0, -1);
  assert(before.equals(Buffer.from('before')) && middle.equals(large) && after.equals(Buffer.from('after')));
}

async function reconnecting(client) {
  const own = connect({ connectionName: 'fragile' });
  const id = await own.client('ID');
  const back = new Promise((resolve) => own.once('ready', resolve));
  await client.client('KILL', 'ID', id);
  await answered(back, 'the client to come back');
  assert((await own.client('ID')) > id);
  same(await own.client('GETNAME'), 'fragile');
  // A call that waits when its connection is cut is sent again on the next one.
  const waiting = own.blpop('late', 10);
  await blocked(client, 1);
  const again = new Promise((resolve) => own.once('ready', resolve));
  await client.client('KILL', 'ID', await client.client('LIST').then((text) =>
    Number(text.split('\n').find((line) => line.includes('name=fragile')).match(/id=(\d+)/)[1])));
  await answered(again, 'the client to come back');
  await client.rpush('late', 'job');
  same(await answered(waiting, 'the call that was sent again'), ['late', 'job']);
}

runChecks(`ioredis ${require('ioredis/package.json').version}`,
  [values, expiry, pipelinesAndScans, transactions, messages, blocking,
    notificationsAndInvalidations, bytes, reconnecting],
  async () => connect(),
  async () => { for (const client of opened) client.disconnect(); });
