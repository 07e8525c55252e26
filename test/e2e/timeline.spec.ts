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
  readonly provider?: string;
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
const codesOf = (items: readonly Item[], wanted: string) =>
  items.filter(({ kind }) => kind === wanted).map(({ code }) => code);
/** Items that come only from the workflow's history. */
const ofTheProcess = (items: readonly Item[]) =>
  items.filter(({ kind }) => kind === 'activity' || kind === 'timer');

it('The timeline shows in order who sent the codes, that the answers were right, and how the customer was notified', async () => {
  const { items } = await timeline();
  const sent = items.filter(({ kind }) => kind === 'challenge');
  expect(sent).toEqual([
    expect.objectContaining({ code: 'ONE_WON', outcome: 'DONE', provider: expect.stringMatching(/one-won/) }),
    expect.objectContaining({
      code: 'PHONE_CODE',
      outcome: 'DONE',
      provider: expect.stringMatching(/telecom/),
    }),
  ]);
  const answers = items.filter(({ code }) => code === 'answerChallenge');
  expect(answers.map(({ outcome }) => outcome)).toEqual(['ACCEPTED', 'ACCEPTED']);
  expect(answers.map(({ provider }) => provider)).toEqual(sent.map(({ provider }) => provider));
  expect(codesOf(items, 'notice')).toEqual(expect.arrayContaining(['REGISTERED', 'REGISTERED']));

  const order = items.map(({ kind, code }) => (kind === 'challenge' ? 'challenge' : code));
  const expected = ['open', 'challenge', 'answerChallenge', 'PASSWORD_REQUIRED', 'issue', 'REGISTERED'];
  expect(order.filter((each, index) => expected.includes(each) && order.indexOf(each) === index)).toEqual(
    expected,
  );
});

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
