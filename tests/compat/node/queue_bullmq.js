// BullMQ runs a queue: added, delayed and prioritised jobs, retries, flows, repeated jobs, events,
// and a worker that is killed in the middle of a job. Each job is done once.
// Usage: node queue_bullmq.js PORT
'use strict';

const { spawn } = require('node:child_process');
const Redis = require('ioredis');
const { FlowProducer, Queue, QueueEvents, Worker } = require('bullmq');
const { answered, assert, runChecks, until } = require('./waiting');

const JOBS = 300;
const MANY_MS = 60000;

const port = Number(process.argv[2]);
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const opened = [];

// What a check opens is closed when it is over, workers before the queues they look at.
function open(thing) {
  thing.on('error', (error) => console.error(error));
  opened.push(thing);
  return thing;
}

async function closeAll() {
  while (opened.length) await opened.pop().close();
}

const aQueue = (name) => open(new Queue(name, { connection }));
const aWorker = (name, work, options = {}) =>
  open(new Worker(name, work, { connection, ...options }));

async function someEvents(name) {
  const events = open(new QueueEvents(name, { connection }));
  await events.waitUntilReady();
  return events;
}

async function hundredsOfJobsAreDoneOnce() {
  const queue = aQueue('plain');
  const done = new Map();
  const events = await someEvents('plain');
  const completed = new Set();
  events.on('completed', ({ jobId, returnvalue }) => completed.add(`${jobId}=${returnvalue}`));
  await queue.addBulk(
    Array.from({ length: JOBS }, (_, i) => ({ name: 'square', data: { n: i }, opts: { jobId: `j${i}` } })));
  for (let i = 0; i < 3; i += 1) {
    aWorker('plain', async (job) => {
      done.set(job.id, (done.get(job.id) || 0) + 1);
      await job.updateProgress(50);
      return job.data.n * job.data.n;
    }, { concurrency: 10 });
  }
  await until(() => completed.size === JOBS, 'all jobs to be completed');
  assert.strictEqual(done.size, JOBS);
  for (const times of done.values()) assert.strictEqual(times, 1);
  assert.ok(completed.has('j17=289'));
  assert.strictEqual(await queue.getCompletedCount(), JOBS);
  assert.deepStrictEqual(await queue.getJobCounts('waiting', 'active', 'failed', 'delayed'),
    { waiting: 0, active: 0, failed: 0, delayed: 0 });
}

async function delayedJobsWait() {
  const queue = aQueue('delayed');
  const order = [];
  const begin = Date.now();
  await queue.add('late', {}, { delay: 400 });
  await queue.add('later', {}, { delay: 700 });
  await queue.add('now', {});
  assert.strictEqual(await queue.getDelayedCount(), 2);
  aWorker('delayed', async (job) => { order.push([job.name, Date.now() - begin]); });
  await until(() => order.length === 3, 'the delayed jobs to be done');
  assert.deepStrictEqual(order.map(([name]) => name), ['now', 'late', 'later']);
  assert.ok(order[1][1] >= 400 && order[2][1] >= 700, `too early: ${order}`);
}

async function prioritiesDecide() {
  const queue = aQueue('priority');
  const order = [];
  for (const priority of [7, 3, 9, 1, 5]) await queue.add('job', { priority }, { priority });
  await queue.add('job', { priority: 0 });
  assert.deepStrictEqual(await queue.getCountsPerPriority([0, 1, 3, 5]), { 0: 1, 1: 1, 3: 1, 5: 1 });
  aWorker('priority', async (job) => { order.push(job.data.priority); });
  await until(() => order.length === 6, 'the prioritised jobs to be done');
  assert.deepStrictEqual(order, [0, 1, 3, 5, 7, 9]);
}

async function failuresAreTriedAgainLater() {
  const queue = aQueue('retry');
  const attempts = [];
  const worker = aWorker('retry', async (job) => {
    attempts.push([job.id, job.attemptsMade, Date.now()]);
    if (job.data.never || job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`);
    return 'at last';
  });
  const events = await someEvents('retry');
  const backoff = { type: 'exponential', delay: 50 };
  const good = await queue.add('good', {}, { attempts: 3, backoff });
  assert.strictEqual(await answered(good.waitUntilFinished(events), 'the third attempt'), 'at last');
  const times = attempts.filter(([id]) => id === good.id).map(([, , at]) => at);
  assert.strictEqual(times.length, 3);
  assert.ok(times[1] - times[0] >= 50 && times[2] - times[1] >= 100, `too early: ${times}`);
  const bad = await queue.add('bad', { never: true }, { attempts: 2, backoff });
  await assert.rejects(answered(bad.waitUntilFinished(events), 'the failure'), /attempt 1/);
  const failed = await queue.getFailed();
  assert.strictEqual(failed.length, 1);
  assert.strictEqual(failed[0].failedReason, 'attempt 1');
  assert.ok(worker.isRunning());
}

async function aKilledWorkersJobIsDoneByAnother() {
  const queue = aQueue('stalled');
  const program = `
    const { Worker } = require('bullmq');
    new Worker('stalled', () => { console.log('begun'); return new Promise(() => {}); },
      { connection: { host: '127.0.0.1', port: ${port}, maxRetriesPerRequest: null },
        lockDuration: 500, stalledInterval: 200 });`;
  const job = await queue.add('job', { n: 1 });
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'], cwd: __dirname });
  await answered(new Promise((resolve) => child.stdout.once('data', resolve)), 'the worker to begin');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.strictEqual(await job.getState(), 'active');
  const stalled = [];
  const worker = aWorker('stalled', async () => 'recovered', { stalledInterval: 200, lockDuration: 500 });
  worker.on('stalled', (id) => stalled.push(id));
  await until(async () => (await job.getState()) === 'completed', 'the job to be done by the other');
  assert.deepStrictEqual(stalled, [job.id]);
  assert.strictEqual((await queue.getJob(job.id)).returnvalue, 'recovered');
}

async function parentsWaitForTheirChildren() {
  const order = [];
  const flow = open(new FlowProducer({ connection }));
  const tree = await flow.add({
    name: 'assemble', queueName: 'flow', data: {},
    children: Array.from({ length: 5 }, (_, i) => ({ name: 'part', queueName: 'flow-parts', data: { i } })),
  });
  assert.strictEqual(await tree.job.getState(), 'waiting-children');
  aWorker('flow-parts', async (job) => { order.push('part'); return job.data.i; }, { concurrency: 2 });
  aWorker('flow', async (job) => {
    order.push('assemble');
    return Object.values(await job.getChildrenValues()).reduce((sum, n) => sum + n, 0);
  });
  await until(async () => (await tree.job.getState()) === 'completed', 'the parent to be done');
  assert.deepStrictEqual(order, ['part', 'part', 'part', 'part', 'part', 'assemble']);
  const parent = await aQueue('flow').getJob(tree.job.id);
  assert.strictEqual(parent.returnvalue, 10);
}

async function schedulesRepeat() {
  const queue = aQueue('repeat');
  const seen = [];
  await queue.upsertJobScheduler('tick', { every: 100 }, { name: 'tick', data: { n: 1 } });
  aWorker('repeat', async (job) => { seen.push(job.name); });
  await until(() => seen.length >= 3, 'the schedule to repeat');
  const [scheduler] = await queue.getJobSchedulers();
  assert.strictEqual(scheduler.key, 'tick');
  assert.ok(await queue.removeJobScheduler('tick'));
  assert.deepStrictEqual(await queue.getJobSchedulers(), []);
}

async function eventsAreAStream({ client }) {
  const queue = aQueue('events');
  const seen = [];
  const events = open(new QueueEvents('events', { connection, lastEventId: '0' }));
  for (const name of ['added', 'waiting', 'active', 'progress', 'completed', 'drained']) {
    events.on(name, () => seen.push(name));
  }
  await queue.add('job', {});
  aWorker('events', async (job) => { await job.updateProgress({ half: true }); });
  await until(() => seen.includes('completed') && seen.includes('drained'), 'the events');
  assert.deepStrictEqual(seen.slice(0, 5), ['added', 'waiting', 'active', 'progress', 'completed']);
  assert.ok((await client.xlen('bull:events:events')) >= 5);
}

async function aQueueIsPausedDrainedAndDeleted({ client }) {
  const queue = aQueue('life');
  const done = [];
  await queue.pause();
  assert.strictEqual(await queue.isPaused(), true);
  aWorker('life', async (job) => { done.push(job.name); });
  await queue.add('first', {});
  await queue.add('second', {}, { delay: MANY_MS });
  assert.deepStrictEqual(done, []);
  await queue.resume();
  await until(() => done.length === 1, 'the queue to go on');
  const job = (await queue.getDelayed())[0];
  await job.promote();
  await until(() => done.length === 2, 'the promoted job');
  await until(async () => (await queue.getActiveCount()) === 0, 'the job to be put down');
  await queue.add('never', {}, { delay: MANY_MS });
  await queue.drain(true);
  assert.strictEqual(await queue.count(), 0);
  assert.strictEqual((await queue.clean(0, 10, 'completed')).length, 2);
  await queue.obliterate({ force: true });
  assert.deepStrictEqual(await client.keys('bull:life:*'), []);
}

const checks = [
  hundredsOfJobsAreDoneOnce, delayedJobsWait, prioritiesDecide, failuresAreTriedAgainLater,
  aKilledWorkersJobIsDoneByAnother, parentsWaitForTheirChildren, schedulesRepeat, eventsAreAStream,
  aQueueIsPausedDrainedAndDeleted,
].map((check) => Object.defineProperty(
  async (context) => {
    try {
      await check(context);
    } catch (error) {
      delete error.command; // a whole script
      throw error;
    }
    await closeAll();
  }, 'name', { value: check.name }));

runChecks(`bullmq ${require('bullmq/package.json').version}`, checks,
  async () => ({ client: new Redis(connection) }), async ({ client }) => client.quit());
