import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProviderRefused, ProviderUnavailable } from '#libs/provider-client';
import { sampleBank } from '#libs/config';
import type { NotificationChannel } from './channels.js';
import type { PendingNotification } from './notification-store.js';
import { notify, notifyAll, type NotifyContext } from './notify.js';
import type { Mail, Sms } from './senders.js';

const reissueId = `ri_${'a'.repeat(32)}`;
const mobile = '01000000000';
const email = 'fictional@example.com';
const onFile: PendingNotification = {
  occasion: 'ISSUED',
  channelsUsed: [],
  details: { serial: '0a1b2c3d', receiptNumber: 'K7M-2QX-9TR' },
  language: 'ko',
  mobile,
  email,
  everywhere: false,
  former: { mobile: null, email: null },
};

let pending: PendingNotification | undefined;
let recorded: NotificationChannel[];
const sms = { send: jest.fn<(sms: Sms) => Promise<void>>() };
const mail = { send: jest.fn<(mail: Mail) => Promise<void>>() };
const warn = jest.fn();
const context: NotifyContext = {
  store: {
    find: () => Promise.resolve(pending && { ...pending, channelsUsed: recorded }),
    record: (_, __, channel) => {
      recorded.push(channel);
      return Promise.resolve();
    },
  },
  sms,
  mail,
  clock: () => new Date('2026-11-22T00:00:00Z'),
  logger: { warn },
  holdMonths: 9,
  bank: sampleBank,
};
const run = () => notify(context, { reissueId, moment: 'ISSUED' });

beforeEach(() => {
  jest.resetAllMocks();
  pending = onFile;
  recorded = [];
  sms.send.mockResolvedValue();
  mail.send.mockResolvedValue();
});

describe('notify', () => {
  it('notify sends one SMS to the number on file, with an id that a repetition shares', async () => {
    await run();
    expect(sms.send.mock.calls).toEqual([
      [{ messageId: `${reissueId}.ISSUED`, to: mobile, text: expect.stringMatching(/2C3D[^]*K7M-2QX-9TR/) }],
    ]);
    expect(mail.send).not.toHaveBeenCalled();
    expect(recorded).toEqual(['SMS']);
  });

  it('notify mails first what the phone just received a code for', async () => {
    await notify(context, { reissueId, moment: 'NEW_DEVICE' });
    expect(mail.send).toHaveBeenCalledWith({
      messageId: `${reissueId}.ISSUED`,
      to: email,
      subject: expect.stringContaining('[한별은행]'),
      text: expect.stringContaining('K7M-2QX-9TR'),
    });
    expect(sms.send).not.toHaveBeenCalled();
    expect(recorded).toEqual(['MAIL']);
  });

  it('notify writes in the language of the customer', async () => {
    pending = { ...onFile, language: 'en' };
    await run();
    expect(sms.send.mock.calls[0]![0].text).toMatch(/^\[Hanbyeol Bank\] [ -~…]+\n[ -~]+$/);
  });

  it('notify sends each message once, also when it runs twice', async () => {
    await run();
    await run();
    expect(sms.send).toHaveBeenCalledTimes(1);
    expect(mail.send).not.toHaveBeenCalled();
  });

  it('notify sends nothing if no contact is on file', async () => {
    pending = undefined;
    await run();
    expect(sms.send).not.toHaveBeenCalled();
    expect(mail.send).not.toHaveBeenCalled();
  });

  it('notify sends an SMS of every kind if no mail address is on file', async () => {
    pending = { ...onFile, email: null };
    await notify(context, { reissueId, moment: 'NEW_DEVICE' });
    expect(recorded).toEqual(['SMS']);
  });

  it.each([
    ['is away', new ProviderUnavailable('sms answered 503')],
    ['refuses', new ProviderRefused('sms answered 422', 422)],
  ])('notify mails the message if the provider of SMS %s, and sends no SMS later', async (_, failure) => {
    sms.send.mockRejectedValueOnce(failure);
    await run();
    await run();
    expect(recorded).toEqual(['MAIL']);
    expect(sms.send).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(warn.mock.calls)).not.toMatch(/01000000000|fictional/);
  });

  it('notify sends no second message if the first cannot be recorded', async () => {
    const broken = { ...context.store, record: () => Promise.reject(new Error('no database')) };
    await expect(notify({ ...context, store: broken }, { reissueId, moment: 'ISSUED' })).rejects.toThrow(
      'no database',
    );
    expect(mail.send).not.toHaveBeenCalled();
  });

  it('notify throws the error that a retry may mend, if both channels fail', async () => {
    sms.send.mockRejectedValue(new ProviderRefused('sms answered 422', 422));
    mail.send.mockRejectedValue(new ProviderUnavailable('smtp answered 451'));
    await expect(run()).rejects.toThrow('smtp answered 451');
    mail.send.mockRejectedValue(new ProviderRefused('smtp answered 550', 550));
    await expect(run()).rejects.toBeInstanceOf(ProviderRefused);
  });
});

describe('a message for every contact', () => {
  const former = { mobile: '01011112222', email: 'former@example.com' };
  const addresses = () =>
    [...sms.send.mock.calls, ...mail.send.mock.calls].map(([{ to, messageId }]) => [to, messageId]);
  const id = `${reissueId}.ISSUED`;

  it('It goes to the contact on file and to the former one, once each, also when it runs twice', async () => {
    pending = { ...onFile, everywhere: true, former };
    await run();
    await run();
    expect(addresses()).toEqual([
      ...[
        [mobile, id],
        [former.mobile, `${id}.former`],
      ],
      ...[
        [email, id],
        [former.email, `${id}.former`],
      ],
    ]);
    expect(recorded).toEqual(['SMS', 'MAIL', 'FORMER_SMS', 'FORMER_MAIL']);
  });

  it('A contact that did not change gets it once, and a former number that is out of use does not matter', async () => {
    pending = { ...onFile, everywhere: true, former: { mobile: former.mobile, email } };
    sms.send.mockImplementation(({ to }) =>
      to === mobile ? Promise.resolve() : Promise.reject(new ProviderRefused('sms answered 422', 422)),
    );
    await run();
    expect(recorded).toEqual(['SMS', 'MAIL']);
  });

  it('A channel that is away gets it later, and the others not again', async () => {
    pending = { ...onFile, everywhere: true, former };
    mail.send.mockRejectedValueOnce(new ProviderUnavailable('away'));
    await expect(run()).rejects.toBeInstanceOf(ProviderUnavailable);
    await run();
    expect(sms.send).toHaveBeenCalledTimes(2);
    expect(recorded.toSorted()).toEqual(['FORMER_MAIL', 'FORMER_SMS', 'MAIL', 'SMS']);
  });
});

describe('notifyAll', () => {
  let channelsUsed: Record<string, NotificationChannel[]>;
  const several: NotifyContext = {
    ...context,
    store: {
      find: (_, kind) =>
        Promise.resolve({ ...onFile, occasion: kind, channelsUsed: channelsUsed[kind] ?? [] }),
      record: (_, occasion, channel) => {
        (channelsUsed[occasion] ??= []).push(channel);
        return Promise.resolve();
      },
    },
  };
  const runAll = () => notifyAll(several, { reissueId, moments: ['NEW_DEVICE', 'HELD'] });
  beforeEach(() => void (channelsUsed = {}));

  it('notifyAll sends each notification once, also when it runs twice', async () => {
    await runAll();
    await runAll();
    expect(channelsUsed).toEqual({ NEW_DEVICE: ['MAIL'], HELD: ['SMS'] });
    expect(sms.send.mock.calls.map(([{ messageId }]) => messageId)).toEqual([`${reissueId}.HELD`]);
  });

  it('notifyAll sends the others if one fails, and only the failed one when it runs again', async () => {
    sms.send.mockRejectedValue(new ProviderUnavailable('away'));
    mail.send.mockRejectedValueOnce(new ProviderUnavailable('away'));
    await expect(runAll()).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(channelsUsed).toEqual({ HELD: ['MAIL'] });
    await runAll();
    expect(channelsUsed).toEqual({ NEW_DEVICE: ['MAIL'], HELD: ['MAIL'] });
  });

  it('notifyAll throws the error that a retry may mend, whatever else failed', async () => {
    sms.send.mockRejectedValue(new ProviderRefused('refused', 400));
    mail.send.mockRejectedValue(new ProviderUnavailable('away'));
    await expect(runAll()).rejects.toBeInstanceOf(ProviderUnavailable);
  });
});

it('A message states the configured months after which a certificate on hold is revoked', async () => {
  pending = { ...onFile, occasion: 'HELD' };
  sms.send.mockRejectedValue(new ProviderUnavailable('away'));
  await notify(context, { reissueId, moment: 'HELD' });
  expect(mail.send.mock.calls[0]![0].text).toContain('9개월이 지나면 폐지됩니다');
});
