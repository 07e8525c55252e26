import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import type { Customer } from '../support/customer.js';
import { expectCompletedOnce, continueReissue, customersAtEachStep, ordinaryPath } from '../support/crowd.js';
import { expectSuccess, type Answer } from '../support/http.js';
import { bookmarkEvents, type Bookmark } from '../support/kafka.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl, type Component } from '../support/stack-control.js';
import { readCheckedEvents } from '../support/checked-events.js';
import { until } from '../support/until.js';
import { statusOfWorkflow, untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(120_000);
const stack = connectToStack();
const control = new StackControl();
const patient = { patienceMs: 90_000 };
afterEach(() => control.restore(stack));
afterAll(() => stack.close());

const stepsOf = async ({ reissueId }: Customer) => {
  const rows = stack.db.selectFrom('step').select('kind').where('reissue_id', '=', reissueId);
  return (await rows.execute()).map(({ kind }) => kind);
};

const rowOf = ({ reissueId }: Customer) =>
  stack.db.selectFrom('reissue').selectAll().where('reissue_id', '=', reissueId).executeTakeFirstOrThrow();

/**
 * Holds locked rows until `meanwhile` is done. `meanwhile` begins when another transaction waits for the rows. The transaction
 * looks for it itself, because PostgreSQL ends one that idles for ten seconds.
 *
 * @param lock `for no key update` does not lock rows that only refer to these rows
 */
async function whileLocked(
  lock: ReturnType<typeof sql>,
  begin: () => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  await stack.db.transaction().execute(async (tx) => {
    await lock.execute(tx);
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    const begun = begin();
    begun.catch(() => undefined); // the caller awaits its outcome
    await until(
      'a transaction to wait for the lock',
      async () => {
        const waiting = await sql`select 1 from pg_locks
        where not granted and ${rows[0]!.pid} = any (pg_blocking_pids(pid))`.execute(tx);
        return waiting.rows.length > 0;
      },
      { timeoutMs: 60_000, pauseMs: 20 },
    );
    await meanwhile();
  });
}

/** Reconciles Temporal and PostgreSQL now, as the schedule does for rows that have not changed for a minute. */
async function reconcile(customer: Customer): Promise<void> {
  await sql`update reissue set updated_at = now() - interval '2 minutes'
    where reissue_id = ${customer.reissueId}`.execute(stack.db);
  await stack.temporal.schedule.getHandle('reconcile').trigger();
}

/** Customers whose workflow may have missed a step that their row has. */
const behind: Customer[] = [];

describe('a step that was committed just before worker and server died', () => {
  /** The step waits for its locked row. When it gets the row, Temporal is down and cannot be notified of the result. */
  async function killAfterCommit(
    customer: Customer,
    kind: string,
    call: () => Promise<Answer>,
  ): Promise<void> {
    let answered: Promise<Answer> | undefined;
    await whileLocked(
      sql`select 1 from reissue where reissue_id = ${customer.reissueId} for no key update`,
      () => (answered = call()),
      () => control.kill('temporal'),
    );
    await until('the step to be committed', async () => (await stepsOf(customer)).includes(kind));
    await control.kill('worker');
    await control.start('temporal');
    await control.start('worker');
    expectSuccess(await answered!);
    expect((await stepsOf(customer)).filter((each) => each === kind)).toHaveLength(1);
  }

  it.each([
    ['consents', 3, 'giveConsents'],
    ['the registration', 5, 'proveRegistration'],
  ] as const)(
    'A committed step (%s) is found committed, and no customer gets "wrong state"',
    async (_, calls, kind) => {
      const customer = await stack.newCustomer();
      await continueReissue(customer, calls);
      await killAfterCommit(customer, kind, () => ordinaryPath[calls]!.call(customer, patient));
      expect(customer.reissue?.state).toBe(ordinaryPath[calls]!.state);
      await continueReissue(customer, ordinaryPath.length, patient);
      behind.push(customer);
    },
  );

  it('A committed password reset is found committed, and the customer is notified', async () => {
    const customer = await stack.newCustomer();
    await continueReissue(customer, 2);
    await killAfterCommit(customer, 'resetPassword', () => customer.resetPassword(undefined, patient));
    await continueReissue(customer, ordinaryPath.length, patient);
    await until('the notice of the reset', async () =>
      (await stack.sandbox.inbox(customer.person.mobile)).some(({ id }) => id.includes('.PASSWORD_RESET')),
    );
  });
});

/** Customers whose reissues ran during the restart. A notification that was being sent may come half a minute later. */
const survivors: Customer[] = [];
let bookmark: Bookmark;

describe('everything, killed at once and started again in the most unlikely order', () => {
  it('All reissues complete after everything was killed at once and started in an unlikely order', async () => {
    bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
    const crowd = await customersAtEachStep(stack);
    const processes: Component[] = [
      'gateway',
      'worker',
      'signer',
      'kafka',
      'temporal',
      'sandbox',
      'postgres',
    ];
    await Promise.all(processes.map((component) => control.kill(component)));
    const started: Promise<void>[] = [];
    for (const component of processes) {
      started.push(control.start(component));
      await delay(500);
    }
    await Promise.all(started);
    await Promise.all(crowd.map((customer) => continueReissue(customer, ordinaryPath.length, patient)));
    survivors.push(...crowd);
  });
});

describe('a workflow that was terminated by hand', () => {
  it('A workflow that was terminated by hand is started again from its row', async () => {
    const customer = await stack.newCustomer();
    await continueReissue(customer, 3);
    await stack.temporal.workflow.getHandle(`reissue/${customer.reissueId}`).terminate('by hand');
    expectProblem(await customer.giveConsents(undefined, { patienceMs: 0 }), 'unavailable');
    await reconciled(customer);
    await continueReissue(customer, ordinaryPath.length, patient);
    await untilWorkflowCompleted(stack.temporal, customer.reissueId);
    await expectCompletedOnce(stack, [customer]);
  });

  it('A workflow that was terminated while the CA worked resumes with the certificate made meanwhile', async () => {
    const customer = await stack.newCustomer();
    await continueReissue(customer, 4);
    await control.stop('signer');
    const answered = customer.requestCertificate(undefined, patient);
    await until('the CA’s turn', async () => (await rowOf(customer)).state === 'ISSUING');
    let started: Promise<void> | undefined;
    await whileLocked(
      sql`select 1 from customer where customer_id = ${customer.person.personId} for no key update`,
      () => (started = control.start('signer')),
      () => stack.temporal.workflow.getHandle(`reissue/${customer.reissueId}`).terminate('by hand'),
    );
    await started;
    await until('the certificate to be stored', async () => {
      const row = await stack.db
        .selectFrom('certificate')
        .select('state')
        .where('reissue_id', '=', customer.reissueId)
        .executeTakeFirst();
      return row?.state === 'STORED';
    });
    await reconciled(customer);
    expect(expectSuccess(await answered).state).toBe('ISSUED');
    await continueReissue(customer, ordinaryPath.length, patient);
    await untilWorkflowCompleted(stack.temporal, customer.reissueId);
    await expectCompletedOnce(stack, [customer]);
  });

  /** Repeats, because the reconciler reads a list that is updated with a short delay. */
  const reconciled = (customer: Customer) =>
    until(
      'the workflow to be started again',
      async () => {
        if ((await statusOfWorkflow(stack.temporal, customer.reissueId)) === 'RUNNING') return true;
        await reconcile(customer);
        return false;
      },
      { pauseMs: 1_000, timeoutMs: 60_000 },
    );
});

describe('a workflow that missed a step, because it was committed just before worker and server died', () => {
  it('A workflow whose step was committed just before worker and server died applies it after a while', async () => {
    for (const customer of behind)
      await until(
        'the workflow to learn of it',
        async () => {
          if ((await statusOfWorkflow(stack.temporal, customer.reissueId)) === 'COMPLETED') return true;
          await reconcile(customer);
          return false;
        },
        { pauseMs: 2_000, timeoutMs: 90_000 },
      );
    await expectCompletedOnce(stack, behind);
  });
});

describe('customers in a stack that ends as a whole', () => {
  it('All reissues complete once, with ordered events, after the whole stack ended', async () => {
    const ids = survivors.map(({ reissueId }) => reissueId);
    for (const id of ids) await untilWorkflowCompleted(stack.temporal, id, 60_000);
    await expectCompletedOnce(stack, survivors);
    await readCheckedEvents(stack, bookmark, ids, 60_000);
  });
});
