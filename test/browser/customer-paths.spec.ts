import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { recordedStatusOf, oldSerialOf, type RecordedStatus } from '../support/certificates.js';
import { connectToStack } from '../support/running-stack.js';
import type { Holding } from '../support/sandbox.js';
import { until } from '../support/until.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage, type Language, type Method, type Reason, type Way } from './support/customer-page.js';
import { openSavedFiles } from './support/saved-files.js';

jest.setTimeout(180_000);
const stack = connectToStack();
let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

interface Path {
  readonly reason: Reason;
  readonly language: Language;
  readonly holding: Holding;
  readonly way: Way;
  readonly second: Method;
  /** The status of the old certificate at the end. */
  readonly old: RecordedStatus;
}

const paths: readonly Path[] = [
  {
    reason: 'EXPIRED',
    language: 'ko',
    holding: 'EXPIRING',
    way: 'mobile',
    second: 'OLD_CERTIFICATE',
    old: 'REVOKED superseded',
  },
  { reason: 'EXPIRED', language: 'en', holding: 'EXPIRED', way: 'rrn', second: 'ONE_WON', old: 'EXPIRED' },
  {
    reason: 'LOST',
    language: 'ko',
    holding: 'VALID',
    way: 'document',
    second: 'ID_DOCUMENT',
    old: 'REVOKED superseded',
  },
  {
    reason: 'LOST',
    language: 'en',
    holding: 'VALID',
    way: 'mobile',
    second: 'ONE_WON',
    old: 'REVOKED superseded',
  },
  {
    reason: 'PASSWORD_FORGOTTEN',
    language: 'ko',
    holding: 'VALID',
    way: 'rrn',
    second: 'ID_DOCUMENT',
    old: 'REVOKED superseded',
  },
  {
    reason: 'PASSWORD_FORGOTTEN',
    language: 'en',
    holding: 'VALID',
    way: 'mobile',
    second: 'ONE_WON',
    old: 'REVOKED superseded',
  },
  {
    reason: 'KEY_COMPROMISED',
    language: 'ko',
    holding: 'VALID',
    way: 'mobile',
    second: 'ONE_WON',
    old: 'REVOKED keyCompromise',
  },
  {
    reason: 'KEY_COMPROMISED',
    language: 'en',
    holding: 'VALID',
    way: 'document',
    second: 'ID_DOCUMENT',
    old: 'REVOKED keyCompromise',
  },
];

describe('a customer on a phone', () => {
  it.concurrent.each(paths)(
    'A customer gets a new certificate because of $reason in $language, by $way and $second',
    async ({ reason, language, holding, way, second, old }) => {
      const person = await stack.sandbox.makePerson(holding);
      const customer = await CustomerPage.open(browser, stack, { person, language });
      const { words } = customer;
      await customer.start(reason, way);
      if (way === 'mobile') await customer.enterPhoneCode();
      else await customer.prove('PHONE_CODE');
      await customer.sees(words.identity.another.PHONE_CODE);
      await customer.prove(second);
      if (reason === 'PASSWORD_FORGOTTEN') await customer.setPassword();
      else if (second !== 'OLD_CERTIFICATE') await customer.enterPassword();
      await customer.agreeToTerms();
      await customer.sees(person.name);
      const files = await customer.save();
      await customer.check();
      await customer.press(words.done.try);
      await customer.sees(words.done.works);

      const certificate = await openSavedFiles(files);
      const serial = certificate.serialNumber.toLowerCase();
      expect(await recordedStatusOf(stack.db, serial)).toBe('IN_FORCE');
      expect(await recordedStatusOf(stack.db, oldSerialOf(person))).toBe(old);
      await until('word of it', async () =>
        (await stack.sandbox.inbox(person.mobile)).some(({ id }) => id.includes('.REGISTERED')),
      );

      await customer.press(words.done.finish);
      await customer.at(words.goodbye.title);
      await customer.reload(words.prepare.title);
      expect(await customer.page.evaluate(countOfKept)).toBe(0);
      await customer.close();
    },
  );
});

const countOfKept = `new Promise((resolve) => {
  indexedDB.open('reseal-reissue').onsuccess = ({ target: { result } }) =>
    (result.transaction('kept').objectStore('kept').count().onsuccess = (counted) => resolve(counted.target.result));
})`;
