import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { environmentOf } from '../support/app-environment.js';
import { AppCopy, type App } from '../support/app-copies.js';
import { poolerTo, type Pooler } from '../support/transaction-pooler.js';

jest.setTimeout(120_000);
/** EX_CONFIG of sysexits(3). */
const configExitCode = 78;

let pooler: Pooler;
let copy: AppCopy | undefined;
beforeAll(async () => {
  pooler = await poolerTo(environmentOf('worker').RESEAL_DATABASE_URL!, 'transaction');
});
afterEach(() => copy?.end());
afterAll(() => pooler.close());

it.each<App>(['gateway', 'ops', 'worker', 'signer', 'status'])(
  'The %s refuses to start if a pooler in transaction mode would lose its notifications and locks',
  async (app) => {
    const pooled = pooler.urlOf(environmentOf(app).RESEAL_DATABASE_URL!);
    copy = await AppCopy.start(app, { RESEAL_DATABASE_DIRECT_URL: pooled });
    expect(await copy.untilEnded()).toBe(configExitCode);
  },
);
