import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from '@jest/globals';

const module = join(import.meta.dirname, 'without-promise-traces.ts');

/** What the SDK does first in a workflow thread. */
const install = `
  import { createRequire } from 'node:module';
  import { parentPort } from 'node:worker_threads';
  const require = createRequire('${import.meta.url}');
  const { globalHandlers } = require('@temporalio/worker/lib/workflow/vm-shared.js');
  globalHandlers.install();
  parentPort.postMessage(globalHandlers.promiseHookInstalled);
`;

async function interceptsPromises(execArgv: string[]): Promise<unknown> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(install)}`);
  const thread = new Worker(url, { execArgv, stderr: true });
  const [installed] = (await once(thread, 'message')) as [unknown];
  await thread.terminate();
  return installed;
}

it('The SDK intercepts promises in a workflow thread, but not in one that loads the module', async () => {
  expect(await interceptsPromises([])).toBe(true);
  expect(await interceptsPromises(['--import', module])).toBe(false);
});
