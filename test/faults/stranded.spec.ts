import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { HealthReport } from '#libs/http';
import { environmentOf } from '../support/app-environment.js';
import { AppCopies, type App, type AppCopy } from '../support/app-copies.js';
import { Customer } from '../support/customer.js';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { Gateway } from '../support/gateway.js';
import { expectSuccess, send, type Answer } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(180_000);
/** A silent connection is given up within ten seconds. A busy machine needs longer. */
const answerBoundMs = 60_000;
/** Less than the minutes after which gRPC and PostgreSQL notice a silent connection by themselves. */
const noticed = { timeoutMs: 45_000, pauseMs: 250 };

const stack = connectToStack();
const copies = new AppCopies();
const proxies = {} as Record<'PostgreSQL' | 'Temporal', CuttableProxy>;
const { RESEAL_DATABASE_URL: databaseUrl = '' } = environmentOf('gateway');
const [temporalHost = '', temporalPort] = stack.addresses.temporal.address.split(':');

/** Kafka is not reached through a proxy, because it sends its clients to the address that it advertises. */
const throughProxies = (app: App): Record<string, string> => {
  const { RESEAL_DATABASE_URL, RESEAL_TEMPORAL_ADDRESS } = environmentOf(app);
  const database = new URL(RESEAL_DATABASE_URL!);
  database.host = `127.0.0.1:${proxies.PostgreSQL.port}`;
  return {
    RESEAL_DATABASE_URL: database.href,
    ...(RESEAL_TEMPORAL_ADDRESS && { RESEAL_TEMPORAL_ADDRESS: `127.0.0.1:${proxies.Temporal.port}` }),
  };
};

let gateway: Gateway;
beforeAll(async () => {
  const { hostname, port } = new URL(databaseUrl);
  proxies.PostgreSQL = await cuttableProxy(hostname, Number(port));
  proxies.Temporal = await cuttableProxy(temporalHost, Number(temporalPort));
  await copies.start(throughProxies);
  await copies.each((copy) => copy.untilReady());
  gateway = new Gateway(copies.of('gateway').url);
});
afterAll(async () => {
  for (const proxy of Object.values(proxies)) proxy.restore();
  await copies.end();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
  await stack.close();
});

interface Kind {
  readonly server: keyof typeof proxies;
  /** The failed checks in each app's readiness while the connections are silent. */
  readonly lost: Partial<Record<App, readonly string[]>>;
  /** The status of gateway and ops meanwhile. */
  readonly status: HealthReport['status'];
  /**
   * Whether the status app gets notifications of changes. It stays ready, because it serves CRLs without PostgreSQL.
   */
  readonly statusListens: 0 | 1;
}

describe.each<Kind>([
  {
    server: 'PostgreSQL',
    lost: {
      gateway: ['events', 'postgres'],
      ops: ['changes', 'postgres'],
      worker: ['postgres'],
      signer: ['postgres'],
    },
    status: 'down',
    statusListens: 0,
  },
  {
    server: 'Temporal',
    lost: {
      gateway: ['temporal'],
      ops: ['temporal'],
      worker: ['temporal', 'temporal-worker'],
      signer: ['temporal'],
    },
    status: 'degraded',
    statusListens: 1,
  },
])('all connections to $server', ({ server, lost, status, statusListens }) => {
  /** The answer to a call while the connections are silent. */
  let answer: Answer;
  /** Has a certificate since before. */
  let holder: Customer;

  describe('that are stranded', () => {
    beforeAll(async () => {
      const person = await stack.sandbox.makePerson('VALID');
      const customer = await Customer.create(gateway, stack.sandbox, person);
      holder = await Customer.create(gateway, stack.sandbox, await stack.sandbox.makePerson('EXPIRED'));
      await holder.completeReissue();
      // A front end has fetched these before a customer starts.
      await Promise.all([gateway.keys(), gateway.terms('identity')]);
      proxies[server].blackhole();
      answer = await customer.start({}, { patienceMs: 0 });
    }, answerBoundMs);

    it(`While ${server} is silent, a call is answered with 503 in bounded time`, () => {
      expectProblem(answer, 'unavailable');
      expect(answer.headers.has('retry-after')).toBe(true);
    });

    it(`While ${server} is silent, readiness of every app that needs it names what is lost`, async () => {
      const look = (copy: AppCopy) => async () =>
        isDeepStrictEqual(downIn(await copy.readiness()), lost[copy.app]);
      await copies.each(
        (copy) => until(`the copy of ${copy.app} to notice`, look(copy), noticed),
        Object.keys(lost) as App[],
      );
    });

    it(`While ${server} is silent, gateway and ops are ${status}`, async () => {
      for (const app of ['gateway', 'ops'] as const)
        expect((await copies.of(app).readiness()).status).toBe(status);
    });

    if (status === 'degraded')
      it(`While ${server} is silent, a customer reads their reissue and downloads the certificate`, async () => {
        expect(expectSuccess(await holder.fetchReissue({ patienceMs: 0 })).state).toBe('REGISTERED');
        expectSuccess(await holder.download({ patienceMs: 0 }));
      });

    it(`While ${server} is silent, the status app is ready, serves CRLs and knows whether it receives changes`, async () => {
      const status = copies.of('status');
      const listens = async () => (await status.metric('reseal_status_listening')) === statusListens;
      await until('the status app to notice', listens, noticed);
      const issuer = await stack.db.selectFrom('issuer').select('key_id').executeTakeFirstOrThrow();
      expect((await fetch(`${status.url}/crl/${issuer.key_id}/0.crl`)).status).toBe(200);
      expect(downIn(await status.readiness())).toEqual([]);
    });
  });

  describe('whose network is back, but which stay silent', () => {
    beforeAll(() => proxies[server].restore());

    it(`Once ${server} can be reached, every app is ready by itself`, async () => {
      await copies.each((copy) => copy.untilReady());
    });

    it(`Once ${server} can be reached, the status app receives changes`, async () => {
      const listens = async () => (await copies.of('status').metric('reseal_status_listening')) === 1;
      await until('the status app to hear', listens, noticed);
    });

    it(`Once ${server} can be reached, the same call succeeds`, async () => {
      expectSuccess(await send(answer.call, { patienceMs: 90_000 }));
    });
  });
});

/** The names of the failed checks. */
const downIn = ({ checks }: HealthReport) =>
  Object.keys(checks)
    .filter((name) => checks[name]!.status === 'down')
    .sort();
