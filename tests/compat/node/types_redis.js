// The package "redis" on every core type, and with several clients at once; by RESP3 with its cache.
// Usage: types_redis.js resp2|resp3 PORT
'use strict';

const { BasicClientSideCache, createClient, RESP_TYPES, WatchError } = require('redis');
const { AWKWARD, answered, assert, collect, largeValue, runChecks, until } = require('./waiting');

const MANY = 3000;
const port = Number(process.argv.at(-1));
const RESP = process.argv.includes('resp3') ? 3 : 2;
// By RESP2 this version of the library makes NaN of "inf", whoever sent it.
const HIGHEST = RESP === 3 ? Infinity : 1e300;
const opened = [];

// The library's objects have no prototype; by their contents they are the same.
const plain = (value) => {
  if (Array.isArray(value)) return value.map(plain);
  if (value && Object.getPrototypeOf(value) === null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
};
const same = (got, expected) => assert.deepStrictEqual(plain(got), expected);

async function connect(options = {}) {
  const client = createClient({ socket: { port, host: '127.0.0.1' }, RESP, ...options });
  client.on('error', () => {}); // a cut connection is made again; the calls tell what went wrong
  await client.connect();
  opened.push(client);
  return client;
}

async function values(client) {
  same(await client.set('str', 'v', { condition: 'NX' }), 'OK');
  same(await client.set('str', 'w', { condition: 'NX' }), null);
  same(await client.set('str', 'w', { GET: true }), 'v');
  same(await client.incrByFloat('float', 3.5), '3.5');
  same(await client.rPush('list', ['a', 'b', 'c']), 3);
  same(await client.lRange('list', 0, -1), ['a', 'b', 'c']);
  same(await client.lmPop(['none', 'list'], 'LEFT', { COUNT: 2 }), ['list', ['a', 'b']]);
  same(await client.lPos('list', 'c'), 0);
  same(await client.hSet('hash', { a: 1, b: 'two' }), 2);
  same(await client.hGetAll('hash'), { a: '1', b: 'two' });
  same(await client.hmGet('hash', ['a', 'none']), ['1', null]);
  same((await client.hRandFieldCountWithValues('hash', 5)).length, 2);
  same(await client.sAdd('set', ['3', '1', '2']), 3);
  same((await client.sMembers('set')).sort(), ['1', '2', '3']);
  same(await client.sIsMember('set', '1'), 1);
  same(await client.smIsMember('set', ['1', '9']), [1, 0]);
  same(await client.sPopCount('set', 5).then((all) => all.length), 3);
  const members = [{ value: 'a', score: 1 }, { value: 'b', score: 2.5 }, { value: 'c', score: HIGHEST }];
  same(await client.zAdd('zset', members), 3);
  same(await client.zRangeWithScores('zset', 0, -1), members);
  same(await client.zScore('zset', 'b'), 2.5);
  same(await client.zScore('zset', 'none'), null);
  same(await client.zmScore('zset', ['a', 'none']), [1, null]);
  same(await client.zIncrBy('zset', 0.5, 'a'), 1.5);
  same(await client.zRankWithScore('zset', 'a').catch(unknownOption), { rank: 0, score: 1.5 });
  same(await client.zmPop('zset', 'MAX'), { key: 'zset', members: [{ value: 'c', score: HIGHEST }] });
  same(await client.zPopMin('zset'), { value: 'a', score: 1.5 });
  same(await client.zUnionWithScores(['zset', 'set:none']), [{ value: 'b', score: 2.5 }]);
  same(await client.setBit('bits', 7, 1), 0);
  same(await client.bitField('bits', [
    { operation: 'INCRBY', encoding: 'u8', offset: 0, increment: 9 },
    { operation: 'GET', encoding: 'u4', offset: 4 },
  ]), [10, 10]);
  same(await client.pfAdd('hll', ['a', 'b', 'a']), 1);
  same(await client.pfCount('hll'), 2);
  same(await client.geoAdd('geo', { member: 'Palermo', longitude: 13.361389, latitude: 38.115556 }), 1);
  const found = await client.geoSearchWith('geo', { longitude: 13, latitude: 38 },
    { radius: 50, unit: 'km' }, ['WITHDIST', 'WITHCOORD']);
  same([found[0].member, found[0].distance], ['Palermo', '34.1601']);
  assert(Math.abs(Number(found[0].coordinates.longitude) - 13.361389) < 1e-5);
  same(await client.objectEncoding('hash'), 'listpack');
  await assert.rejects(client.lPush('hash', 'x'), /WRONGTYPE/);
  const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  same(await client.restore('hash:2', 0, await raw.dump('hash')), 'OK');
  same(await client.hGetAll('hash:2'), { a: '1', b: 'two' });
}

// Redis 7.0 lacks this option; the same program is run there to compare.
function unknownOption(error) {
  assert.match(error.message, /syntax error|wrong number of arguments/);
  return { rank: 0, score: 1.5 };
}

// By RESP3 the types themselves come over the wire, not only what the library makes of them.
async function typesOnTheWire(client) {
  await client.sAdd('wire:set', 'x');
  await client.zAdd('wire:zset', { value: 'm', score: 0.25 });
  const fields = await client.sendCommand(['HGETALL', 'hash']);
  const set = await client.sendCommand(['SMEMBERS', 'wire:set']);
  const pair = await client.sendCommand(['ZRANGE', 'wire:zset', '0', '-1', 'WITHSCORES']);
  const score = await client.sendCommand(['ZSCORE', 'wire:zset', 'm']);
  same(set, ['x']);
  if (RESP === 3) {
    same(fields, { a: '1', b: 'two' });
    same([pair, score], [[['m', 0.25]], 0.25]);
    const typeMapping = { [RESP_TYPES.MAP]: Map, [RESP_TYPES.SET]: Set };
    const typed = (...words) => client.sendCommand(words, { typeMapping });
    same(await typed('HGETALL', 'hash'), new Map([['a', '1'], ['b', 'two']]));
    same(await typed('SMEMBERS', 'wire:set'), new Set(['x']));
    assert((await typed('CONFIG', 'GET', 'maxmemory')) instanceof Map);
  } else {
    same(fields, ['a', '1', 'b', 'two']);
    same([pair, score], [['m', '0.25'], '0.25']);
  }
  const hello = await client.sendCommand(['HELLO']);
  same((RESP === 3 ? hello : Object.fromEntries(hello.map((item, i) => [item, hello[i + 1]]))).proto, RESP);
}

async function expiry(client) {
  await client.set('gone', 'v', { expiration: { type: 'PX', value: 20 } });
  await until(async () => (await client.get('gone')) === null, 'a key to expire');
  same([await client.ttl('gone'), await client.ttl('hash')], [-2, -1]);
  same(await client.expire('hash', 100, 'NX'), 1);
  same(await client.persist('hash'), 1);
  await client.hSet('fields', { stays: 1, goes: 2 });
  const set = await client.hpExpire('fields', ['goes', 'none'], 20).catch((error) => {
    assert.match(error.message, /unknown command/); // a Redis before 7.4
  });
  if (!set) return;
  same(set, [1, -2]);
  await until(async () => (await client.hLen('fields')) === 1, 'a field to expire');
  same(await client.hGetAll('fields'), { stays: '1' });
  same(await client.hGetEx('fields', ['stays'], { expiration: { type: 'EX', value: 90 } }), ['1']);
  same(await client.hTTL('fields', ['stays', 'goes']), [90, -2]);
}

async function pipelinesAndScans(client) {
  const calls = [];
  for (let i = 0; i < MANY; i++)
    calls.push(client.set(`scan:${i}`, i.toString()), client.hSet('scan_hash', `f${i}`, i),
      client.sAdd('scan_set', `m${i}`), client.zAdd('scan_zset', { value: `z${i}`, score: i }));
  assert((await Promise.all(calls)).every((reply) => reply === 'OK' || reply === 1));
  const names = (prefix) => Array.from({ length: MANY }, (_, i) => `${prefix}${i}`).sort();
  const once = (all) => [...new Set(all)].sort();
  same(once(await collect(client.scanIterator({ MATCH: 'scan:*', COUNT: 100 }))), names('scan:'));
  same(await collect(client.scanIterator({ MATCH: 'scan*', TYPE: 'hash' })), ['scan_hash']);
  const fields = await collect(client.hScanIterator('scan_hash', { COUNT: 100 }));
  assert(fields.every(({ field, value }) => field === `f${value}`));
  same(once(fields.map(({ field }) => field)), names('f'));
  same(once(await collect(client.sScanIterator('scan_set'))), names('m'));
  const scored = await collect(client.zScanIterator('scan_zset', { COUNT: 100 }));
  assert(scored.every(({ value, score }) => value === `z${score}`));
  same(once(scored.map(({ value }) => value)), names('z'));
  const replies = await client.multi().get('scan:1').zScore('scan_zset', 'z7').execAsPipeline();
  same(replies, ['1', 7]);
}

async function transactions(client) {
  same(await client.multi().set('tx', '1').incr('tx').hGetAll('hash').exec(),
    ['OK', 2, { a: '1', b: 'two' }]);
  await assert.rejects(client.multi().incr('tx').lPush('tx', 'x').exec(), (error) => {
    same(error.replies[0], 3);
    assert.match(error.replies[1].message, /^WRONGTYPE/);
    return true;
  });
  await assert.rejects(client.multi().set('tx', '9').addCommand(['GET']).exec(),
    /EXECABORT|wrong number of arguments/);
  same(await client.get('tx'), '3');
  const own = await connect();
  await own.watch('tx');
  await client.set('tx', 'other');
  await assert.rejects(own.multi().set('tx', 'mine').exec(), WatchError);
  await own.watch('tx');
  await client.set('tx', 'again');
  await own.unwatch();
  same(await own.multi().set('tx', 'mine').exec(), ['OK']);
  const count = async (opening) => {
    const counter = await opening;
    for (let done = 0; done < 50;) {
      await counter.watch('tx:count');
      const now = Number(await counter.get('tx:count'));
      try {
        await counter.multi().set('tx:count', String(now + 1)).incr('tx:check').exec();
        done++;
      } catch (error) {
        assert(error instanceof WatchError, error);
      }
    }
  };
  await Promise.all([connect(), connect(), connect()].map(count));
  same(await client.mGet(['tx:count', 'tx:check']), ['150', '150']);
}

async function messages(client) {
  // By RESP3 a client may listen and call at the same time.
  const own = RESP === 3 ? client : await connect();
  const heard = [];
  const hear = (text, channel) => heard.push([channel, text]);
  await own.subscribe(['news', 'more'], hear);
  await own.pSubscribe('n?ws', hear);
  await own.sSubscribe('shard', hear);
  const binary = [];
  await own.subscribe('binary', (text) => binary.push(text), true);
  same([await client.publish('news', 'a'), await client.publish('more', 'b')], [2, 1]);
  same([await client.sPublish('shard', 'c'), await client.sPublish('news', 'd')], [1, 0]);
  await client.publish('binary', AWKWARD[5]);
  await until(() => heard.length === 4 && binary.length === 1, 'five messages');
  same(heard.sort(), [['more', 'b'], ['news', 'a'], ['news', 'a'], ['shard', 'c']]);
  same(binary, [AWKWARD[5]]);
  same({ ...await client.pubSubNumSub(['news', 'none']) }, { news: 1, none: 0 });
  same(await client.pubSubShardChannels(), ['shard']);
  const other = await connect();
  const kill = other.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
  assert((await answered(kill, 'CLIENT KILL')) >= 1);
  await until(async () => (await other.publish('news', 'back')) === 2, 'the subscriptions to come back');
  await until(() => heard.some(([, text]) => text === 'back'), 'a message after coming back');
  // Without names the library waits for a count of 0, which it does not get while others are left.
  await own.unsubscribe(['news', 'more', 'binary']);
  await own.pUnsubscribe('n?ws');
  await own.sUnsubscribe('shard');
  // By RESP2 this version of the library gives Buffers after it came back, whatever the server.
  same(String(await own.get('str')), 'w');
}

async function blocked(client, count) {
  await until(async () => (await client.info('clients')).includes(`blocked_clients:${count}\r`),
    `${count} blocked clients`);
}

async function blocking(client) {
  const [first, second, mover, minimum] = await Promise.all([connect(), connect(), connect(), connect()]);
  const one = first.blPop(['b:a', 'b:b'], 10);
  await blocked(client, 1);
  const two = second.brPop('b:b', 10);
  await blocked(client, 2);
  const three = mover.blMove('b:start', 'b:b', 'LEFT', 'RIGHT', 10);
  await blocked(client, 3);
  const four = minimum.bzPopMin('b:zset', 10);
  await blocked(client, 4);
  await client.rPush('b:b', 'x');
  same(await answered(one, 'BLPOP'), { key: 'b:b', element: 'x' });
  await client.rPush('b:start', 'chained');
  same(await answered(three, 'BLMOVE'), 'chained');
  same(await answered(two, 'BRPOP'), { key: 'b:b', element: 'chained' });
  await client.zAdd('b:zset', [{ value: 'm', score: 1.5 }, { value: 'n', score: 2 }]);
  same(await answered(four, 'BZPOPMIN'), { key: 'b:zset', value: 'm', score: 1.5 });
  same(await first.blPop('b:none', 0.02), null);
  same(await first.blmPop(0.02, ['b:none'], 'LEFT'), null);
  const popped = first.bzmPop(10, ['b:z2'], 'MAX', { COUNT: 2 });
  await blocked(client, 1);
  await client.zAdd('b:z2', [{ value: 'p', score: 1 }, { value: 'q', score: 2 }]);
  same(await answered(popped, 'BZMPOP'),
    { key: 'b:z2', members: [{ value: 'q', score: 2 }, { value: 'p', score: 1 }] });
  const jobs = [];
  const take = async (taker) => {
    for (;;) {
      const reply = await taker.blPop('b:queue', 10);
      assert(reply, 'a job is lost');
      if (reply.element === 'end') return;
      jobs.push(Number(reply.element));
    }
  };
  const takers = [first, second, mover].map(take);
  await Promise.all(Array.from({ length: 300 }, (_, i) => client.rPush('b:queue', String(i))));
  await client.rPush('b:queue', ['end', 'end', 'end']);
  await answered(Promise.all(takers), 'the takers');
  same(jobs.sort((a, b) => a - b), Array.from({ length: 300 }, (_, i) => i));
}

async function notifications(client) {
  await client.configSet('notify-keyspace-events', 'KEA');
  const own = await connect();
  const heard = [];
  await own.pSubscribe('__key*@0__:*', (text, channel) => heard.push([channel, text]));
  await client.hSet('note', 'f', 1);
  await client.del('note');
  await until(() => heard.length === 4, 'four events');
  same(heard, [['__keyspace@0__:note', 'hset'], ['__keyevent@0__:hset', 'note'],
    ['__keyspace@0__:note', 'del'], ['__keyevent@0__:del', 'note']]);
  await client.configSet('notify-keyspace-events', '');
}

// The library's cache: a second read does not ask; a change by another client is seen.
async function cache(client) {
  if (RESP !== 3) return;
  const clientSideCache = new BasicClientSideCache({ ttl: 0, maxEntries: 100, evictPolicy: 'LRU' });
  const own = await connect({ clientSideCache });
  const count = () => clientSideCache.stats();
  await client.set('cached', '1');
  await client.hSet('cached:h', { f: 1 });
  same([await own.get('cached'), await own.get('cached')], ['1', '1']);
  same([count().hitCount, count().missCount], [1, 1]);
  same(await own.hGetAll('cached:h'), { f: '1' });
  same(await own.mGet(['cached', 'cached:none']), ['1', null]);
  await client.set('cached', '2');
  await until(async () => (await own.get('cached')) === '2', 'the change to be seen');
  same(await own.mGet(['cached', 'cached:none']), ['2', null]);
  await client.hSet('cached:h', 'f', 2);
  await until(async () => (await own.hGetAll('cached:h')).f === '2', 'the change to be seen');
  await client.set('cached', 'short', { expiration: { type: 'PX', value: 20 } });
  await until(async () => (await own.get('cached')) === null, 'the expiry to be seen');
  await own.get('str');
  await client.xAdd('cached:s', '*', { f: 'v' });
  same(await own.xLen('cached:s'), 1);
  const hits = count().hitCount;
  same(await own.xLen('cached:s'), 1);
  same(count().hitCount, hits + 1);
  await client.xAdd('cached:s', '*', { f: 'v' });
  await until(async () => (await own.xLen('cached:s')) === 2, 'the new entry to be seen');
  assert(clientSideCache.size() > 0);
  await client.flushDb();
  await until(() => clientSideCache.size() === 0, 'the cache to be emptied');
  same(await own.get('str'), null);
  await client.set('str', 'w');
  // A cut connection empties the cache, and the new one tracks again.
  await own.get('str');
  const back = new Promise((resolve) => own.once('ready', resolve));
  await client.sendCommand(['CLIENT', 'KILL', 'ID', String(await own.sendCommand(['CLIENT', 'ID']))]);
  await answered(back, 'the client to come back');
  same(clientSideCache.size(), 0);
  await own.get('str');
  await client.set('str', 'new');
  await until(async () => (await own.get('str')) === 'new', 'the change to be seen');
}

async function emittedInvalidations(client) {
  if (RESP !== 3) return;
  const own = await connect({ emitInvalidate: true });
  const invalid = [];
  own.on('invalidate', (key) => invalid.push(key === null ? null : String(key)));
  await own.lRange('watched', 0, -1);
  await client.rPush('watched', 'x');
  await until(() => invalid.length === 1, 'an invalidation');
  same(invalid, ['watched']);
}

async function bytes(client) {
  const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  for (const [i, value] of AWKWARD.entries()) {
    const key = Buffer.concat([Buffer.from('bin:'), value]);
    await client.set(key, value);
    same(await raw.get(key), value);
    await client.rPush('bin', value);
    same(await client.hSet('bin:hash', value, value), 1);
    same(await client.zAdd('bin:zset', { value, score: i }), 1);
  }
  same(await raw.lRange('bin', 0, -1), AWKWARD);
  same(await raw.zRange('bin:zset', 0, -1), AWKWARD);
  const large = largeValue();
  await client.set('large', large);
  assert((await raw.get('large')).equals(large));
  await client.rPush('large:list', ['before', large, 'after']);
  assert((await raw.lRange('large:list', 1, 1))[0].equals(large));
  same(await client.del(['large', 'large:list']), 2);
}

async function reconnecting(client) {
  const own = await connect({ name: 'fragile' });
  const id = await own.sendCommand(['CLIENT', 'ID']);
  const back = new Promise((resolve) => own.once('ready', resolve));
  await client.sendCommand(['CLIENT', 'KILL', 'ID', String(id)]);
  await answered(back, 'the client to come back');
  assert((await own.sendCommand(['CLIENT', 'ID'])) > id);
  same(await own.clientGetName(), 'fragile');
}

runChecks(`redis ${require('redis/package.json').version} by RESP${RESP}`,
  [values, typesOnTheWire, expiry, pipelinesAndScans, transactions, messages, blocking,
    notifications, cache, emittedInvalidations, bytes, reconnecting],
  () => connect(),
  async () => { for (const client of opened) client.destroy(); });
