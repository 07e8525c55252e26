import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import { StaffMember } from '../support/staff.js';
import { until } from '../support/until.js';
import { forgetWorkflow } from '../support/workflows.js';

interface Item {
  readonly kind: string;
  readonly code: string;
  readonly at: string;
  readonly outcome: string | null;
}

jest.setTimeout(180_000);
const stack = connectToStack();
const audrey = new StaffMember(stack, 'audrey');
let customer: Customer;
beforeAll(async () => {
  customer = await stack.newCustomer('VALID');
  await customer.completeReissue();
});
afterAll(() => stack.close());

const timeline = async () =>
  expectSuccess(
    await audrey.get<{ process: string; items: Item[] }>(`/v1/reissues/${customer.reissueId}/timeline`),
  );
/** Items that come only from the workflow's history. */
const ofTheProcess = (items: readonly Item[]) =>
  items.filter(({ kind }) => kind === 'activity' || kind === 'timer');

it('The timeline is the same after Temporal has deleted the workflow', async () => {
  await until('the history to be archived', async () => {
    await stack.temporal.schedule.getHandle('archive').trigger();
    const { archived_at: archived } = await stack.db
      .selectFrom('reissue')
      .select('archived_at')
      .where('reissue_id', '=', customer.reissueId)
      .executeTakeFirstOrThrow();
    return archived !== null;
  });
  const before = await timeline();
  expect(before.process).toBe('CLOSED');
  const codes = ofTheProcess(before.items).map(({ code }) => code);
  expect(codes).toContain('issueCertificate');

  await forgetWorkflow(stack.temporal, customer.reissueId);
  const after = await timeline();
  expect(after.process).toBe('ARCHIVED');
  expect(ofTheProcess(after.items)).toEqual(ofTheProcess(before.items));
});
