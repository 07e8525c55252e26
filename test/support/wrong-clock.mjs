// Loaded before a program (`node --import`), sets its clock ahead by CLOCK_AHEAD_MS until it receives SIGUSR2.
import { isMainThread } from 'node:worker_threads';

let aheadMs = Number(process.env.CLOCK_AHEAD_MS);
if (isMainThread) process.on('SIGUSR2', () => (aheadMs = 0));

const TrueDate = Date;
const now = () => TrueDate.now() + aheadMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
  apply: (target) => new target(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
TrueDate.prototype.constructor = globalThis.Date;
