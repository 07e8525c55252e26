import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { fromKey } from './environment-key.js';
import { keyring } from './fragments.js';
import { secret } from './setting-form.js';
import { settingsOf, type Setting } from './settings.js';
import { count, flag, integer, list, milliseconds, rateLimit, secretText, url } from './values.js';

const settings = settingsOf(
  z.object({
    level: z.enum(['info', 'warn', 'error']).describe('Least severe level.'),
    graceMs: milliseconds(5_000, { min: 1 }),
    retentionYears: integer(10),
    slots: count(2),
    verbose: flag(false),
    limit: rateLimit({ burst: 20, everyMs: 60_000 }).describe('Starts.'),
    algorithms: list.pipe(z.array(z.string())).default(['ES256', 'EdDSA']),
    pin: secretText().describe('PIN of the user.').optional(),
    databaseUrl: secret(url('postgres')).describe('The database.'),
    codecKeys: keyring.describe('Keys.'),
    sender: fromKey('RESEAL_SANDBOX_SENDER', z.string().default('1500-0000').describe('Sender.')),
  }),
);
const setting = (name: string): Setting => {
  const found = settings.find(({ key }) => key === `RESEAL_${name}`);
  if (!found) throw new Error(`no setting RESEAL_${name}`);
  return found;
};

describe('settingsOf', () => {
  it('settingsOf gives the key, meaning and default of a setting', () => {
    expect(setting('SANDBOX_SENDER')).toEqual({
      key: 'RESEAL_SANDBOX_SENDER',
      meaning: 'Sender.',
      unit: 'text',
      fallback: '1500-0000',
      required: false,
      secret: false,
    });
  });

  it.each([
    ['LEVEL', 'info, warn or error'],
    ['GRACE_MS', 'ms'],
    ['RETENTION_YEARS', 'years'],
    ['SLOTS', 'number'],
    ['VERBOSE', 'true or false'],
    ['ALGORITHMS', 'list, separated by commas'],
    ['DATABASE_URL', 'URL (postgres)'],
  ])('settingsOf gives the unit of RESEAL_%s: %s', (name, unit) => {
    expect(setting(name).unit).toBe(unit);
  });

  it.each([
    ['GRACE_MS', '5000'],
    ['VERBOSE', 'false'],
    ['LIMIT', '20/60000'],
    ['ALGORITHMS', 'ES256,EdDSA'],
    ['LEVEL', undefined],
  ])('settingsOf gives the default of RESEAL_%s as it would be written: %s', (name, fallback) => {
    expect(setting(name).fallback).toBe(fallback);
  });

  it('settingsOf distinguishes a required setting from an optional one', () => {
    expect([setting('LEVEL').required, setting('PIN').required]).toEqual([true, false]);
  });

  it('settingsOf keeps the mark of a secret through `describe` and `optional`', () => {
    expect(settings.filter((each) => each.secret).map(({ key }) => key)).toEqual([
      'RESEAL_PIN',
      'RESEAL_DATABASE_URL',
      'RESEAL_CODEC_KEYS',
    ]);
  });

  it('settingsOf reports a setting without a meaning', () => {
    expect(setting('SLOTS').meaning).toBeUndefined();
  });
});
