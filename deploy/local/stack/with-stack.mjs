/**
 * Starts a stack, uses it, and stops it again whatever happens: at the end of the use, at an error, at Ctrl-C,
 * SIGTERM or SIGHUP (a second one hurries), or when the first stage is gone.
 * @param {import('./stack.mjs').Stack} stack
 * @param {(interrupted: Promise<void>) => Promise<number>} use resolves with the exit code
 * @param {() => Promise<void>} start where not all of it is wanted
 * @returns {Promise<number>} the exit code
 */
export async function withStack(stack, report, use, start = () => stack.start()) {
  let interrupt;
  const interrupted = new Promise((resolve) => (interrupt = resolve));
  let interruptions = 0;
  let code;
  const onSignal = () => {
    interruptions += 1;
    if (interruptions === 1) {
      report.line();
      report.note('Stopping (once more to hurry)');
      interrupt();
    } else if (interruptions === 2) void stack.stop({ hurry: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  process.once('disconnect', onSignal);
  // A closed terminal or pipe is no reason to leave processes behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  const work = (async () => {
    await start();
    return use(interrupted);
  })();
  try {
    code = await Promise.race([work, interrupted.then(() => 0)]);
  } catch (error) {
    report.failed(error.message);
    code = 1;
  }
  const since = Date.now();
  await stack.stop();
  report.done('Everything stopped', since);
  return code;
}
