import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { decodeHistory } from '#libs/temporal';
import type { RecordedHistory } from '../support/replay.js';
import { dataConverter } from '../support/time-skipping.js';
import type { Applicant } from '../world/applicant.js';
import { until } from '../support/until.js';
import { requireWait } from '../support/waiting-reissue.js';
import { day, minute, second } from '../world/movable-clock.js';
import { Stage } from './stage.js';

/**
 * Scenarios of reissues from the start to the end of their workflows. With RESEAL_RECORD this file writes the histories
 * that tests replay. Its value names what is new in them:
 *
 *     RESEAL_RECORD=with-direct-calls npm test -- --only workflow -- --testPathPatterns workflow/history
 *
 * An existing file is never overwritten, because reissues that began with older code may still be open. The payloads
 * are encrypted with the key of these tests, which is no secret, and hold no real person's data.
 */
const scenarios: Readonly<Record<string, () => Promise<Applicant>>> = {
  'without-trouble': async () => {
    const applicant = await stage.arrive('ISSUED');
    await stage.untilIdle(applicant);
    await stage.continueTo(applicant, 'REGISTERED');
    return applicant;
  },

  'in-one-call': async () => {
    const applicant = await stage.arrive('PASSWORD_REQUIRED');
    const parts = [
      await applicant.submitPassword(),
      applicant.giveConsents(),
      await applicant.requestCertificate(),
    ];
    await stage.sendMessage(applicant, applicant.apply(parts));
    await stage.continueTo(applicant, 'REGISTERED');
    return applicant;
  },

  'parked-and-retried': async () => {
    const applicant = await stage.arrive('IDENTITY_REQUIRED');
    const answer = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    stage.world.outside.oneWon.fault = 'down';
    const { standing } = await stage.sendAndSkip(applicant, answer, 90 * second);
    stage.restore();
    const operator = { operator: 'staff:oscar', reason: 'the provider is back' };
    const { sequence } = standing.parked!;
    await stage.sendMessage(applicant, { ...operator, kind: 'retry', parkSequence: sequence });
    await stage.continueTo(applicant, 'REGISTERED');
    return applicant;
  },

  waited: async () => {
    const applicant = await stage.arrive('KEY_REQUIRED');
    await requireWait(stage.world.owner, applicant.reissueId);
    await stage.sendMessage(applicant, await applicant.requestCertificate());
    await stage.skip(day + minute);
    await until('the certificate', async () => (await applicant.row()).state === 'ISSUED');
    await stage.continueTo(applicant, 'REGISTERED');
    return applicant;
  },

  'timed-out': () => stage.arrive('CONSENT_REQUIRED'),

  withdrawn: () => stage.arrive('ISSUED'),

  cancelled: async () => {
    const applicant = await stage.arrive('KEY_REQUIRED');
    await stage.sendMessage(applicant, applicant.cancel());
    return applicant;
  },
};

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

/** The whole history of a reissue, as Temporal stores it. */
async function historyOf(applicant: Applicant): Promise<RecordedHistory> {
  await stage.endOf(applicant);
  const { workflowId } = stage.workflowOf(applicant);
  const history = JSON.parse(
    historyToJSON(await stage.time.historyOf(workflowId)),
  ) as RecordedHistory['history'];
  return { workflowId, history };
}

describe('the history of a reissue, decoded as operators may read it', () => {
  it('A decoded history has no name and no number', async () => {
    const applicant = await stage.arrive('REGISTERED');
    const { workflowId, history } = await historyOf(applicant);
    const codec = dataConverter.payloadCodecs![0]!;
    const decoded = JSON.stringify(await decodeHistory(historyFromJSON(history), codec, workflowId));
    expect(decoded).toContain('"particulars"');
    const { name, mobile } = applicant.person;
    expect([name, mobile].filter((word) => decoded.includes(word))).toEqual([]);
  });
});

const folder = join(import.meta.dirname, '../replay/histories');

/**
 * The number of events of each history. 45 of the 49 without trouble are Temporal's own for six updates and one activity;
 * the others are the steps that are no update, the patch and the search attributes.
 */
const lengths: Readonly<Record<string, number>> = {
  'without-trouble': 49,
  'in-one-call': 40,
  'parked-and-retried': 73,
  waited: 70,
  'timed-out': 29,
  withdrawn: 66,
  cancelled: 36,
};

/** A busy machine may split a workflow task, and may leave the call of one step to an activity. */
const mostWhenBusy = 3 + 6;

describe.each(Object.entries(scenarios))('the history of a reissue %s', (name, run) => {
  it(`The history ${name} is short, and complete once the workflow has ended`, async () => {
    const recorded = await historyOf(await run());
    const { length } = recorded.history.events;
    console.info(`${name}: ${length} events of history`);
    expect(length).toBeLessThanOrEqual(lengths[name]! + mostWhenBusy);
    const recording = process.env.RESEAL_RECORD;
    const file = join(folder, `${name}-${recording}.json`);
    if (recording && !existsSync(file)) writeFileSync(file, `${JSON.stringify(recorded)}\n`);
  });
});
