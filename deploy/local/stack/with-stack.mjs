import { messageOf } from '../lib/errors.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Stack } from './stack.mjs' */

/**
 * Starts a stack, uses it and stops it. It also stops the stack after an error, when the first stage has ended, and at
 * Ctrl-C, SIGTERM or SIGHUP; a second signal kills all processes.
 * @param {Stack} stack
 * @param {ProgressReport} report
 * @param {(interrupted: Promise<void>) => Promise<number>} use resolves with the exit code
 * @param {() => Promise<void>} start default: starts the whole stack
 * @returns {Promise<number>} the exit code
 */
export async function withStack(stack, report, use, start = () => stack.start()) {
  let interrupt = () => {};
  /** @type {Promise<void>} */
  const interrupted = new Promise((resolve) => (interrupt = resolve));
  let interruptions = 0;
  let code;
  const onSignal = () => {
    interruptions += 1;
    if (interruptions === 1) {
      report.line();
      report.note('Stopping (a second Ctrl-C kills all processes)');
      interrupt();
    } else if (interruptions === 2) void stack.stop({ hurry: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  process.once('disconnect', onSignal);
  // A closed terminal or pipe must not end this process before it has stopped the stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  const work = (async () => {
    await start();
    return use(interrupted);
  })();
  try {
    code = await Promise.race([work, interrupted.then(() => 0)]);
  } catch (error) {
    report.failed(messageOf(error));
    code = 1;
  }
  const since = Date.now();
  await stack.stop();
  report.done('Everything stopped', since);
  return code;
}
