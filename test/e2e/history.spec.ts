import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js';
import { loadConfig, temporalConfig } from '#libs/config';
import { reasons, workflowIdOf, type Reason } from '#libs/domain';
import { createPayloadCodec, decodeHistory } from '#libs/temporal';
import { z } from 'zod';
import { environmentOf } from '../support/app-environment.js';
import type { Customer } from '../support/customer.js';
import { connectToStack } from '../support/running-stack.js';
import { TemporalHistories } from '../support/temporal.js';

jest.setTimeout(120_000);
const stack = connectToStack();
let histories: TemporalHistories;
beforeAll(async () => {
  histories = await TemporalHistories.connect(stack.addresses.temporal);
});
afterAll(() => Promise.all([stack.close(), histories.close()]));

/** All payloads of a history at any depth, each with the path of its field. */
function payloadsOf(value: unknown, name = ''): { name: string; encoding: string; text: string }[] {
  if (Array.isArray(value)) return value.flatMap((each) => payloadsOf(each, name));
  if (typeof value !== 'object' || value === null) return [];
  const { metadata, data } = value as { metadata?: { encoding?: string }; data?: string };
  if (metadata?.encoding !== undefined) {
    const decode = (text = '') => Buffer.from(text, 'base64').toString();
    return [{ name, encoding: decode(metadata.encoding), text: decode(data) }];
  }
  return Object.entries(value).flatMap(([key, member]) => payloadsOf(member, `${name}/${key}`));
}

/** The most events of a history: 49 without trouble, and three for each workflow task that a busy machine splits. */
const budget = 49 + 3 * 3;

/** A call that its step could not finish at once is left to an activity, which takes six events. */
const eventsOfActivity = 6;

/** The activities of a history apart from the signature. */
const activitiesOf = ({ events }: History): string[] =>
  (events ?? [])
    .map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name)
    .filter((name) => typeof name === 'string')
    .filter((name) => name !== 'issueCertificate');

const withoutActivities = new Set<Reason>();

describe.each(reasons)('the history of a reissue because of %s', (reason) => {
  let customer: Customer;
  let history: History;
  let text: string;
  beforeAll(async () => {
    customer = await stack.newCustomer('VALID');
    await customer.completeReissue(reason);
    await histories.lengthWhenClosed(customer.reissueId);
    history = await histories.of(customer.reissueId);
    text = historyToJSON(history);
  });

  it(`The history of a reissue because of ${reason} stays within its budget of events`, () => {
    const count = history.events!.length;
    console.info(`${reason}: ${count} events of history, ${(text.length / 1024).toFixed(1)} kB as JSON`);
    const activities = activitiesOf(history);
    if (activities.length === 0) withoutActivities.add(reason);
    expect(count).toBeLessThanOrEqual(budget + activities.length * eventsOfActivity);
  });

  it(`The history of a reissue because of ${reason} holds encrypted payloads, and in clear only what lists and replay need`, () => {
    const payloads = payloadsOf(JSON.parse(text));
    const clear = payloads.filter(({ encoding }) => encoding !== 'binary/encrypted');
    expect(payloads.length - clear.length).toBeGreaterThan(20);
    for (const { name, text: content } of clear)
      if (/\/TemporalChangeVersion$/.test(name))
        // Written by the SDK for lists: the changes of the workflow's code that this workflow has.
        expect(content).toMatch(/^(\["[a-z-]+"(,"[a-z-]+")*\]|"KeywordList")$/);
      else if (/searchAttributes/i.test(name))
        expect(content).toMatch(/^(\[(true|false|"[0-9a-f]{32}")\]|"(Bool|Keyword)")$/);
      else if (name.includes('/patch-data/'))
        // Written by the SDK: one change of the workflow's code.
        expect(Object.keys(JSON.parse(content) as object).sort()).toEqual(['deprecated', 'id']);
      else {
        // Written by the SDK: the name of the local activity.
        expect(name).toMatch(/markerRecordedEventAttributes\/details\/data/);
        expect(Object.keys(JSON.parse(content) as object).sort()).toEqual(
          expect.arrayContaining(['activity_type']),
        );
      }
  });

  it(`The history of a reissue because of ${reason} holds no data of the customer in any form`, async () => {
    const { name, mobile, email, rrn, account, certificatePassword, ci } = customer.person;
    const { csr } = await customer.certificateRequest();
    const key = csr.split('\n')[3]!;
    const words = [name, mobile, email, rrn, account.number, certificatePassword, ci, key];
    const everything =
      text +
      payloadsOf(JSON.parse(text))
        .map((payload) => payload.text)
        .join('\n');
    for (const word of words) {
      expect(everything.includes(word)).toBe(false);
      expect(everything.includes(Buffer.from(word).toString('base64').slice(0, -4))).toBe(false);
    }
    expect(everything).not.toMatch(/BEGIN CERTIFICATE/);
  });

  it(`The decoded history of a reissue because of ${reason} holds no name and no number`, async () => {
    const { codecKeys } = loadConfig(z.object(temporalConfig), environmentOf('gateway'));
    const codec = createPayloadCodec(codecKeys);
    const decoded = JSON.stringify(await decodeHistory(history, codec, workflowIdOf(customer.reissueId)));
    expect(decoded).toContain('"particulars"');
    const { name, mobile, email, rrn, account, certificatePassword, ci } = customer.person;
    const words = [name, mobile, email, rrn, account.number, certificatePassword, ci];
    expect(words.filter((word) => decoded.includes(word))).toEqual([]);
  });
});

it('A reissue without trouble needs no activity but the signature', () => {
  // A busy machine may need one for some reissues, but not for all.
  expect([...withoutActivities]).not.toEqual([]);
});
