import { describe, expect, it } from '@jest/globals';
import type { ReissueMessage, ResumedStep, State, StepResult } from '#libs/domain';
import { createMessageHandler, type MessagePorts } from './handle-message.js';

const call = { updateId: 'u1', requestHmac: 'h', origin: { address: '192.0.2.1', agent: 'spec' } };
const operator = { operator: 'staff:oscar', reason: 'spec' };
const messages = {
  start: {
    ...call,
    kind: 'start',
    reissueId: 'ri_1',
    apiKeyName: 'spec',
    reason: 'LOST',
    applicant: { particulars: 'handle' },
    keyThumbprint: 'thumbprint',
    consents: [],
    methods: ['PHONE_CODE'],
  },
  requestChallenges: { ...call, kind: 'requestChallenges', methods: ['PHONE_CODE'] },
  answerChallenges: { ...call, kind: 'answerChallenges', answers: [] },
  submitPassword: { ...call, kind: 'submitPassword', password: 'handle' },
  resetPassword: { ...call, kind: 'resetPassword', newPassword: 'handle' },
  giveConsents: { ...call, kind: 'giveConsents', updateId: 'u2', consents: [] },
  requestCertificate: { ...call, kind: 'requestCertificate', csr: 'csr', vidRandom: 'handle' },
  proveRegistration: { ...call, kind: 'proveRegistration', challengeId: 'c', signature: 's' },
  cancel: { ...call, kind: 'cancel' },
  stop: { ...call, kind: 'stop', linkDigest: 'd', suspendCertificate: true },
  confirmReissue: { ...call, kind: 'confirmReissue', linkDigest: 'd' },
  retry: { ...operator, kind: 'retry', parkSequence: 1 },
  abandon: { ...operator, kind: 'abandon' },
  withdraw: { ...operator, kind: 'withdraw' },
  endCoolingOff: { ...operator, kind: 'endCoolingOff' },
} as const satisfies Record<string, ReissueMessage>;

const done = (more: Partial<StepResult> = {}, state: State = 'IDENTITY_REQUIRED'): StepResult => ({
  standing: { state, alarm: null, parked: null },
  status: 'DONE',
  ...more,
});
const refused = done({ status: 'REFUSED', code: 'WRONG_STATE' });
const proceeding = { ...done(), proceed: true };
const noneNotified = { notified: [] };

class CallFailed extends Error {}
class OutcomeLost extends CallFailed {}
class StepFailed extends Error {}

/** Handles a message with activities that answer as given, or DONE, and lists the activities that ran. */
async function handle(
  message: ReissueMessage,
  answers: Readonly<Record<string, object | Error>> = {},
  notifiesOfResumption = true,
) {
  const ran: string[] = [];
  const parked: unknown[] = [];
  const inputs: Record<string, unknown> = {};
  const activities = new Proxy({} as never, {
    get: (_, name: string) => async (input: unknown, parking: unknown) => {
      ran.push(name);
      inputs[name] = input;
      if (name === 'parkReissue') parked.push(parking);
      const answer = answers[name] ?? (name === 'parkReissue' ? done({ status: 'PARKED' }) : done());
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const ports: MessagePorts = {
    ...{ steps: activities, passwords: activities, providers: activities, signer: activities },
    risk: activities,
    parkCodeOfCall: (error) =>
      error instanceof OutcomeLost
        ? 'OUTCOME_UNKNOWN'
        : error instanceof CallFailed
          ? 'DEPENDENCY_UNAVAILABLE'
          : undefined,
    parkCodeOfStep: (error) => (error instanceof StepFailed ? 'STEP_FAILED' : undefined),
    notifiesOfResumption: () => notifiesOfResumption,
  };
  const result = await createMessageHandler(ports).handle('ri_1', message);
  return { result, ran, parked, inputs };
}

describe('the provider of risk decisions', () => {
  const question = { decision: 'IDENTITY', verified: [], origin: call.origin };
  const asking = { ...proceeding, assess: question };

  it.each([
    ['answers', done()],
    ['gives no answer', new CallFailed()],
  ])('A step that asks for its answer runs again if it %s', async (_what, assessRisk) => {
    const identity = { reserveTries: proceeding, recordAnswers: asking, assessRisk };
    expect((await handle(messages.answerChallenges, identity)).ran).toEqual([
      ...['reserveTries', 'verifyAnswers', 'recordAnswers', 'assessRisk', 'recordAnswers'],
    ]);
    const issuance = { requestCertificate: asking, assessRisk };
    expect((await handle(messages.requestCertificate, issuance)).ran).toEqual([
      ...['requestCertificate', 'assessRisk', 'requestCertificate', 'issueCertificate', 'recordIssue'],
    ]);
  });

  it('Answers that the step itself has compared are not compared again', async () => {
    expect((await handle(messages.answerChallenges, { reserveTries: asking })).ran).toEqual([
      ...['reserveTries', 'assessRisk', 'recordAnswers'],
    ]);
  });

  it('Any other failure is not an answer', async () => {
    const answers = { requestCertificate: asking, assessRisk: new Error('cancelled') };
    await expect(handle(messages.requestCertificate, answers)).rejects.toThrow('cancelled');
  });
});

describe('the handler of messages', () => {
  it.each([
    ['submitPassword', ['submitPassword']],
    ['resetPassword', ['resetPassword']],
    ['giveConsents', ['giveConsents']],
    ['proveRegistration', ['proveRegistration']],
    ['cancel', ['cancelReissue']],
    ['stop', ['stopReissue']],
    ['confirmReissue', ['confirmReissue']],
    ['abandon', ['abandonReissue']],
    ['withdraw', ['withdrawReissue']],
    ['endCoolingOff', ['endCoolingOff']],
    ['retry', ['resumeReissue']],
  ] as const)('A message %s runs one step', async (kind, steps) => {
    const inputs = expect.any(Object);
    expect(await handle(messages[kind])).toEqual({ result: done(), ran: steps, parked: [], inputs });
  });

  it.each([
    ['start', 'startReissue', ['sendChallenges', 'recordChallenges']],
    ['requestChallenges', 'requestChallenges', ['sendChallenges', 'recordChallenges']],
    ['answerChallenges', 'reserveTries', ['verifyAnswers', 'recordAnswers']],
    ['requestCertificate', 'requestCertificate', ['issueCertificate', 'recordIssue']],
  ] as const)(
    'A message %s calls a provider or the signer only if %s returns proceed',
    async (kind, first, others) => {
      const proceeded = await handle(messages[kind], { [first]: proceeding });
      expect(proceeded.ran).toEqual([first, ...others]);
      const answered = await handle(messages[kind], { [first]: { ...refused, proceed: false } });
      expect(answered).toMatchObject({ ran: [first], result: refused });
    },
  );

  it.each([
    ['start', 'startReissue', 'sendChallenges', 'SEND_CHALLENGES'],
    ['answerChallenges', 'reserveTries', 'verifyAnswers', 'VERIFY_CHALLENGES'],
    ['requestCertificate', 'requestCertificate', 'issueCertificate', 'ISSUE_CERTIFICATE'],
  ] as const)('A message %s parks the reissue when its call fails', async (kind, first, outside, step) => {
    for (const [error, code] of [
      [new CallFailed(), 'DEPENDENCY_UNAVAILABLE'],
      [new OutcomeLost(), 'OUTCOME_UNKNOWN'],
    ] as const) {
      const { result, parked } = await handle(messages[kind], { [first]: proceeding, [outside]: error });
      expect(result.status).toBe('PARKED');
      expect(parked).toEqual([{ step, code, message: messages[kind] }]);
    }
  });

  it.each([
    ['start', 'startReissue', 'SEND_CHALLENGES'],
    ['requestChallenges', 'requestChallenges', 'SEND_CHALLENGES'],
    ['answerChallenges', 'reserveTries', 'VERIFY_CHALLENGES'],
  ] as const)(
    'A message %s parks the reissue without another call when the provider has refused it',
    async (kind, first, step) => {
      const { ran, parked } = await handle(messages[kind], { [first]: { ...proceeding, called: 'REFUSED' } });
      expect(ran).toEqual([first, 'parkReissue']);
      expect(parked).toEqual([{ step, code: 'DEPENDENCY_UNAVAILABLE', message: messages[kind] }]);
    },
  );

  it('Answers are verified as a repetition if the provider may have been called', async () => {
    for (const [called, input] of [
      [undefined, {}],
      ['UNKNOWN', { repeated: true }],
    ] as const) {
      const { inputs } = await handle(messages.answerChallenges, { reserveTries: { ...proceeding, called } });
      expect(inputs.verifyAnswers).toEqual({
        reissueId: 'ri_1',
        message: messages.answerChallenges,
        ...input,
      });
    }
  });

  it('A step that fails by itself parks the reissue', async () => {
    const { result, parked } = await handle(messages.giveConsents, { giveConsents: new StepFailed() });
    expect(result.status).toBe('PARKED');
    expect(parked).toEqual([{ step: 'RECORD_STEP', code: 'STEP_FAILED', message: messages.giveConsents }]);
  });

  it.each([
    ['giveConsents', { giveConsents: new Error('a bug') }],
    ['start', { startReissue: proceeding, sendChallenges: new Error('a bug') }],
  ] as const)('A message %s throws on an error that no failure explains', async (kind, answers) => {
    await expect(handle(messages[kind], answers)).rejects.toThrow('a bug');
  });
});

describe('several steps in one call', () => {
  const { submitPassword, giveConsents, requestCertificate } = messages;
  const apply = {
    ...call,
    kind: 'apply',
    updateId: 'u9',
    parts: [submitPassword, giveConsents, requestCertificate],
  } as const;

  it('All steps run in order, and their notifications are collected', async () => {
    const { result, ran } = await handle(apply, {
      submitPassword: done({ notify: ['NEW_DEVICE'] }),
      requestCertificate: proceeding,
      recordIssue: done({ notify: ['ISSUED'] }),
      recordApplication: done({ notify: [] }, 'ISSUED'),
    });
    expect(ran).toEqual([
      'submitPassword',
      'giveConsents',
      'requestCertificate',
      'issueCertificate',
      'recordIssue',
      'recordApplication',
    ]);
    expect(result).toEqual(done({ notify: ['NEW_DEVICE', 'ISSUED'], ...noneNotified }, 'ISSUED'));
  });

  it('The notifications that the steps have left to the outbox are collected too', async () => {
    const { result } = await handle(apply, {
      submitPassword: done({ notify: ['NEW_DEVICE'], notified: ['NEW_DEVICE'] }),
      giveConsents: done({ notify: ['REVOKED'] }),
    });
    expect(result).toMatchObject({
      notify: ['NEW_DEVICE', 'REVOKED'],
      notified: ['NEW_DEVICE'],
    });
  });

  it('The first step that is refused is the last that runs', async () => {
    const { ran } = await handle(apply, { giveConsents: refused });
    expect(ran).toEqual(['submitPassword', 'giveConsents', 'recordApplication']);
  });

  it('A failed call parks the whole call', async () => {
    const { parked } = await handle(apply, {
      requestCertificate: proceeding,
      issueCertificate: new OutcomeLost(),
    });
    expect(parked).toEqual([{ step: 'ISSUE_CERTIFICATE', code: 'OUTCOME_UNKNOWN', message: apply }]);
  });
});

describe('an operator’s retry', () => {
  const resumed: ResumedStep = { ...done(), pending: messages.giveConsents };

  it('The retry finishes the pending message and notifies the customer', async () => {
    const { result, ran } = await handle(messages.retry, { resumeReissue: resumed });
    expect(ran).toEqual(['resumeReissue', 'giveConsents']);
    expect(result).toEqual(done({ notify: ['RESUMED'] }));
  });

  it('A retry whose step fails again parks the pending message, and sends no notification', async () => {
    const { result, parked } = await handle(messages.retry, {
      resumeReissue: resumed,
      giveConsents: new StepFailed(),
    });
    expect(result).toEqual(done({ status: 'PARKED' }));
    expect(parked).toMatchObject([{ message: messages.giveConsents }]);
  });

  it.each([
    ['the certificate is issued', done({ notify: ['ISSUED'] }), true],
    ['the reissue has ended', done({}, 'REJECTED'), true],
    ['the workflow began before such notifications', done(), false],
  ])('A retry does not notify of the resumption when %s', async (_, answer, notifies) => {
    const { result } = await handle(
      messages.retry,
      { resumeReissue: resumed, giveConsents: answer },
      notifies,
    );
    expect(result).toEqual(answer);
  });
});
