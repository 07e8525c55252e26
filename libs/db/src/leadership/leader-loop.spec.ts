import { expect, it } from '@jest/globals';
import { createLogger } from '#libs/observability';
import { LeaderLoop } from './leader-loop.js';

it('A leader loop logs why a batch failed', async () => {
  const logged = Promise.withResolvers<{ msg: string; err?: object }>();
  const destination = { write: (line: string) => logged.resolve(JSON.parse(line) as { msg: string }) };
  const loop = new LeaderLoop({
    name: 'sample loop',
    leadership: {
      tryToLead: () => Promise.reject(new Error('connect', { cause: new Error('the reason') })),
      close: () => Promise.resolve(),
    },
    logger: createLogger({ name: 'spec', destination }),
    turn: () => Promise.resolve(false),
  });
  loop.start();
  try {
    expect(await logged.promise).toMatchObject({
      msg: 'sample loop fails; its work waits',
      err: { type: 'Error', message: 'connect', cause: { message: 'the reason' } },
    });
  } finally {
    await loop.stop();
  }
});
