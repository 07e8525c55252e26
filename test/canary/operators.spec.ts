import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { environmentOf } from '../support/app-environment.js';
import { rememberedSecrets } from '../support/canaries.js';
import { CanaryScanner } from '../support/canary-scanner.js';
import type { Customer } from '../support/customer.js';
import { continueReissue, ordinaryPath } from '../support/crowd.js';
import { expectSuccess } from '../support/http.js';
import { stackSecrets, personalDataOf, secretsOf } from '../support/known-secrets.js';
import { connectToStack } from '../support/running-stack.js';
import { StaffMember } from '../support/staff.js';
import { until } from '../support/until.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(180_000);
const stack = connectToStack();
const [olivia, april, audrey] = (['olivia', 'april', 'audrey'] as const).map(
  (name) => new StaffMember(stack, name),
) as [StaffMember, StaffMember, StaffMember];
afterAll(() => stack.close());

let customer: Customer;
let code: string;
/** The answers by their request. */
let answers: ReadonlyMap<string, string>;
let history: string;
let secrets: CanaryScanner;
let personal: CanaryScanner;

// One reissue is completed and another is withdrawn. Then members of the staff read everything that they can read.
beforeAll(async () => {
  customer = await stack.newCustomer();
  await continueReissue(customer, 1);
  code = await stack.sandbox.phoneCode(customer.person);
  await continueReissue(customer, ordinaryPath.length);
  const withdrawn = await stack.newCustomer();
  await continueReissue(withdrawn, ordinaryPath.length - 1);
  const selection = { reissueIds: [withdrawn.reissueId] };
  const operation = await olivia.planAndConfirm({ kind: 'withdraw', selection });
  expectSuccess(await april.approve(operation));
  await olivia.untilDone(operation);
  for (const { reissueId } of [customer, withdrawn]) await untilWorkflowCompleted(stack.temporal, reissueId);
  history = await archivedHistory(customer.reissueId);
  answers = await lookAtEverything(withdrawn, operation.id);
  const people = await stack.sandbox.people();
  secrets = new CanaryScanner([...secretsOf(people), ...rememberedSecrets(), ...stackSecrets()]);
  personal = new CanaryScanner(personalDataOf(people));
});

/** Waits until a reissue's history is archived, and runs the schedule of the archive at once. */
async function archivedHistory(reissueId: string): Promise<string> {
  const row = await until(
    'the history to be archived',
    async () => {
      await stack.temporal.schedule.getHandle('archive').trigger();
      return stack.db
        .selectFrom('reissue_archive')
        .select('history')
        .where('reissue_id', '=', reissueId)
        .executeTakeFirst();
    },
    { timeoutMs: 120_000, pauseMs: 1_000 },
  );
  return gunzipSync(row.history!).toString('utf8');
}

async function lookAtEverything(withdrawn: Customer, operationId: string) {
  const { reissueId } = customer;
  const serial = customer.reissue!.certificate!.serial;
  const { customer_ref: customerRef } = await stack.db
    .selectFrom('reissue')
    .select('customer_ref')
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  const paths: [StaffMember, string][] = [
    [olivia, '/v1/reissues?limit=200'],
    [olivia, '/v1/reissues/count?by=state'],
    [olivia, `/v1/reissues?customerRef=${customerRef}`],
    [olivia, `/v1/certificates?customerRef=${customerRef}`],
    [olivia, `/v1/certificates/${serial}`],
    [olivia, '/v1/figures'],
    [olivia, '/v1/authority'],
    [olivia, '/v1/operations?limit=200'],
    [olivia, `/v1/operations/${operationId}`],
    [olivia, `/v1/operations/${operationId}/items`],
    ...[reissueId, withdrawn.reissueId].flatMap((id): [StaffMember, string][] => [
      [olivia, `/v1/reissues/${id}`],
      [olivia, `/v1/reissues/${id}/timeline`],
      [audrey, `/v1/audit?reissueId=${id}&limit=200`],
    ]),
    [audrey, '/v1/audit?limit=200'],
    [audrey, `/v1/audit?customerRef=${customerRef}&limit=200`],
    [audrey, `/v1/audit?serial=${serial}&limit=200`],
    [audrey, '/v1/audit/export?format=jsonl'],
    [audrey, '/v1/audit/export?format=csv'],
    [audrey, '/v1/audit/checkpoints'],
    [audrey, `/v1/audit/access-review?month=${new Date().toISOString().slice(0, 7)}`],
  ];
  const read = new Map<string, string>();
  for (const [who, path] of paths) {
    const body = expectSuccess(await who.get<unknown>(path));
    read.set(
      path,
      Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : JSON.stringify(body),
    );
  }
  read.set('evidence', JSON.stringify(await evidenceOf(reissueId)));
  // The answers contain data of the reissue; otherwise the search would prove nothing.
  for (const path of [`/v1/reissues/${reissueId}`, `/v1/audit?serial=${serial}&limit=200`, 'evidence'])
    expect(read.get(path)).toContain(reissueId);
  for (const path of ['/v1/audit/export?format=jsonl', '/v1/audit/export?format=csv'])
    expect(read.get(path)).toContain(reissueId);
  return read;
}

const evidenceOf = (reissueId: string) =>
  until('the evidence', async () => {
    const { status, body } = await audrey.get<object>(`/v1/reissues/${reissueId}/evidence`);
    return status === 200 && body;
  });

const kindsIn = (scanner: CanaryScanner, text: string) =>
  [...new Set([...scanner.find(Buffer.from(text))].map(({ kind }) => kind))].sort();
/** The kinds of secrets found in each text. */
const foundIn = (scanner: CanaryScanner, texts: Iterable<readonly [string, string]>) =>
  [...texts].map(([asked, text]) => [asked, kindsIn(scanner, text)]).filter(([, found]) => found!.length > 0);

describe('what operators and auditors are told', () => {
  it('The data of operators and auditors holds no secret of a customer and no key', () => {
    expect(foundIn(secrets, answers)).toEqual([]);
  });

  it('The operators’ API identifies no person, except in evidence', () => {
    const withoutEvidence = [...answers].filter(([asked]) => asked !== 'evidence');
    expect(foundIn(personal, withoutEvidence)).toEqual([]);
  });

  it('The data of operators and auditors holds no one-time code', () => {
    const alone = new RegExp(`(?<![0-9A-Za-z])${code}(?![0-9A-Za-z])`);
    // Lists of all reissues may contain these six digits by chance.
    const own = [...answers].filter(([asked]) => asked.includes(customer.reissueId) || asked === 'evidence');
    expect(own.length).toBeGreaterThan(3);
    for (const [asked, text] of own)
      expect({ asked, found: alone.test(text) }).toEqual({ asked, found: false });
    expect(alone.test(history)).toBe(false);
  });
});

describe('what is kept for after the end', () => {
  it('The archived history holds no secrets and no personal data', () => {
    expect(history).toContain(customer.reissueId);
    expect([kindsIn(secrets, history), kindsIn(personal, history)]).toEqual([[], []]);
  });

  it('The file of checkpoints holds no personal data', () => {
    const kept = readFileSync(environmentOf('worker')['RESEAL_CHECKPOINT_FILE']!, 'utf8');
    expect(kept.length).toBeGreaterThan(100);
    expect([kindsIn(secrets, kept), kindsIn(personal, kept)]).toEqual([[], []]);
  });
});
