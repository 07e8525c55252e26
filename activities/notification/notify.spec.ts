import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProviderRefused, ProviderUnavailable } from '#libs/provider-client';
import type { NotificationChannel, PendingNotification } from './notification-store.js';
import { notify, notifyAll, type NotifyContext } from './notify.js';
import type { Mail, Sms } from './senders.js';

const reissueId = `ri_${'a'.repeat(32)}`;
const mobile = '01000000000';
const email = 'fictional@example.com';
const onFile: PendingNotification = {
  occasion: 'ISSUED',
  channelsUsed: [],
  details: { serial: '0a1b2c3d' },
  mobile,
  email,
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
  it('notify sends an SMS and a mail to the contact on file, with an id that a repetition shares', async () => {
    await run();
    expect(sms.send).toHaveBeenCalledWith({
      messageId: `${reissueId}.ISSUED`,
      to: mobile,
      text: expect.stringContaining('2C3D'),
    });
    expect(mail.send).toHaveBeenCalledWith({
      messageId: `${reissueId}.ISSUED`,
      to: email,
      subject: expect.any(String),
      text: expect.any(String),
    });
    expect(recorded).toEqual(['SMS', 'MAIL']);
  });

  it('notify sends each message once, also when it runs twice', async () => {
    await run();
    await run();
    expect(sms.send).toHaveBeenCalledTimes(1);
    expect(mail.send).toHaveBeenCalledTimes(1);
  });

  it('notify sends nothing if no contact is on file', async () => {
    pending = undefined;
    await run();
    expect(sms.send).not.toHaveBeenCalled();
    expect(mail.send).not.toHaveBeenCalled();
  });

  it('notify sends only an SMS if no mail address is on file', async () => {
    pending = { ...onFile, email: null };
    await run();
    expect(recorded).toEqual(['SMS']);
  });

  it('notify uses the other channel if one fails, and only the failed one when it runs again', async () => {
    sms.send.mockRejectedValueOnce(new ProviderUnavailable('sms answered 503'));
    await expect(run()).rejects.toThrow('sms answered 503');
    expect(recorded).toEqual(['MAIL']);
    await run();
    expect(recorded).toEqual(['MAIL', 'SMS']);
    expect(mail.send).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(warn.mock.calls)).not.toMatch(/01000000000|fictional/);
  });

  it('notify throws the error that a retry may mend, if one channel has such an error', async () => {
    sms.send.mockRejectedValue(new ProviderRefused('sms answered 422', 422));
    mail.send.mockRejectedValue(new ProviderUnavailable('smtp answered 451'));
    await expect(run()).rejects.toThrow('smtp answered 451');
    mail.send.mockRejectedValue(new ProviderRefused('smtp answered 550', 550));
    await expect(run()).rejects.toBeInstanceOf(ProviderRefused);
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
    expect(channelsUsed).toEqual({ NEW_DEVICE: ['SMS', 'MAIL'], HELD: ['SMS', 'MAIL'] });
    expect(sms.send.mock.calls.map(([{ messageId }]) => messageId)).toEqual([
      `${reissueId}.NEW_DEVICE`,
      `${reissueId}.HELD`,
    ]);
  });

  it('notifyAll sends the others if one fails, and only the failed one when it runs again', async () => {
    sms.send.mockRejectedValueOnce(new ProviderUnavailable('away'));
    await expect(runAll()).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(channelsUsed).toEqual({ NEW_DEVICE: ['MAIL'], HELD: ['SMS', 'MAIL'] });
    await runAll();
    expect(channelsUsed).toEqual({ NEW_DEVICE: ['MAIL', 'SMS'], HELD: ['SMS', 'MAIL'] });
    expect(sms.send).toHaveBeenCalledTimes(3);
  });

  it('notifyAll throws the error that a retry may mend, whatever else failed', async () => {
    sms.send.mockRejectedValueOnce(new ProviderRefused('refused', 400));
    mail.send.mockRejectedValueOnce(new ProviderUnavailable('away'));
    await expect(runAll()).rejects.toBeInstanceOf(ProviderUnavailable);
  });
});

it('A message states the configured months after which a certificate on hold is revoked', async () => {
  pending = { ...onFile, occasion: 'HELD' };
  await notify(context, { reissueId, moment: 'HELD' });
  const text = mail.send.mock.calls[0]![0].text;
  expect(text).toContain('9개월이 지나면 폐지됩니다');
  expect(text).toContain('within 9 months');
});
