import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProviderRefused, ProviderUnavailable } from '#libs/provider-client';
import type { PendingNotification } from './notices.js';
import { notify, notifyAll, type NotifyContext } from './notify.js';
import type { Mail, Sms } from './senders.js';

const reissueId = `ri_${'a'.repeat(32)}`;
const mobile = '01000000000';
const email = 'fictional@example.com';
const onFile: PendingNotification = { occasion: 'ISSUED', details: { serial: '0a1b2c3d' }, mobile, email };

let notice: PendingNotification | undefined;
let recorded: string[];
const sms = { send: jest.fn<(sms: Sms) => Promise<void>>() };
const mail = { send: jest.fn<(mail: Mail) => Promise<void>>() };
const warn = jest.fn();
const context: NotifyContext = {
  notices: {
    find: () => Promise.resolve(notice),
    channelsUsed: () => Promise.resolve(recorded),
    record: (_, __, channel) => {
      recorded.push(channel);
      return Promise.resolve();
    },
  },
  sms,
  mail,
  clock: () => new Date('2026-11-22T00:00:00Z'),
  logger: { warn },
};
const run = () => notify(context, { reissueId, moment: 'ISSUED' });

beforeEach(() => {
  jest.resetAllMocks();
  notice = onFile;
  recorded = [];
  sms.send.mockResolvedValue();
  mail.send.mockResolvedValue();
});

describe('telling the customer of a moment', () => {
  it('sends an SMS and a mail to the contact on file, with an id that a repetition shares', async () => {
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

  it('sends nothing twice', async () => {
    await run();
    await run();
    expect(sms.send).toHaveBeenCalledTimes(1);
    expect(mail.send).toHaveBeenCalledTimes(1);
  });

  it('tells nobody where there is no contact on file', async () => {
    notice = undefined;
    await run();
    expect(sms.send).not.toHaveBeenCalled();
    expect(mail.send).not.toHaveBeenCalled();
  });

  it('sends only an SMS where no mail address is on file', async () => {
    notice = { ...onFile, email: null };
    await run();
    expect(recorded).toEqual(['SMS']);
  });

  it('uses the other channel when one fails, and only the failed one when it runs again', async () => {
    sms.send.mockRejectedValueOnce(new ProviderUnavailable('sms answered 503'));
    await expect(run()).rejects.toThrow('sms answered 503');
    expect(recorded).toEqual(['MAIL']);
    await run();
    expect(recorded).toEqual(['MAIL', 'SMS']);
    expect(mail.send).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(warn.mock.calls)).not.toMatch(/01000000000|fictional/);
  });

  it('is tried again as long as one of the channels is worth it', async () => {
    sms.send.mockRejectedValue(new ProviderRefused('sms answered 422', 422));
    mail.send.mockRejectedValue(new ProviderUnavailable('smtp answered 451'));
    await expect(run()).rejects.toThrow('smtp answered 451');
    mail.send.mockRejectedValue(new ProviderRefused('smtp answered 550', 550));
    await expect(run()).rejects.toBeInstanceOf(ProviderRefused);
  });
});

describe('telling the customer of several moments of one step', () => {
  let told: Record<string, string[]>;
  const several: NotifyContext = {
    ...context,
    notices: {
      find: (_, moment) => Promise.resolve({ ...onFile, occasion: moment }),
      channelsUsed: (_, occasion) => Promise.resolve(told[occasion] ?? []),
      record: (_, occasion, channel) => {
        (told[occasion] ??= []).push(channel);
        return Promise.resolve();
      },
    },
  };
  const runAll = () => notifyAll(several, { reissueId, moments: ['NEW_DEVICE', 'HELD'] });
  beforeEach(() => void (told = {}));

  it('sends each of them, and nothing twice', async () => {
    await runAll();
    await runAll();
    expect(told).toEqual({ NEW_DEVICE: ['SMS', 'MAIL'], HELD: ['SMS', 'MAIL'] });
    expect(sms.send.mock.calls.map(([{ messageId }]) => messageId)).toEqual([
      `${reissueId}.NEW_DEVICE`,
      `${reissueId}.HELD`,
    ]);
  });

  it('keeps none back because another failed, and sends that one alone when it is tried again', async () => {
    sms.send.mockRejectedValueOnce(new ProviderUnavailable('away'));
    await expect(runAll()).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(told).toEqual({ NEW_DEVICE: ['MAIL'], HELD: ['SMS', 'MAIL'] });
    await runAll();
    expect(told).toEqual({ NEW_DEVICE: ['MAIL', 'SMS'], HELD: ['SMS', 'MAIL'] });
    expect(sms.send).toHaveBeenCalledTimes(3);
  });

  it('is tried again where that may help, whatever else failed', async () => {
    sms.send.mockRejectedValueOnce(new ProviderRefused('refused', 400));
    mail.send.mockRejectedValueOnce(new ProviderUnavailable('away'));
    await expect(runAll()).rejects.toBeInstanceOf(ProviderUnavailable);
  });
});
