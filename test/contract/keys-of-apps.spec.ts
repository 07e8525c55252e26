import { describe, expect, it } from '@jest/globals';
import { keysOfApps } from '../../apps/setup/src/keys/first-keys.js';
import { programSettings } from './configuration/document.js';

/** The name of each program in the table of settings. */
const programOf = (app: string) => (['ca', 'customers', 'setup'].includes(app) ? `\`npm run ${app}\`` : app);
const isKey = (setting: string) => /_(KEYS?|PASSPHRASE)$/.test(setting);

describe('the keys that setup makes', () => {
  it.each(Object.entries(keysOfApps))('%s has every key that it needs, and no other', (app, { keys }) => {
    const settings = programSettings.filter(({ program }) => program === programOf(app));
    expect(settings.length).toBeGreaterThan(0);
    const known = settings.map(({ setting }) => setting.key);
    const needed = settings.filter(({ setting }) => setting.required && isKey(setting.key));
    for (const key of Object.keys(keys)) expect(known).toContain(key);
    expect(Object.keys(keys)).toEqual(expect.arrayContaining(needed.map(({ setting }) => setting.key)));
  });
});
