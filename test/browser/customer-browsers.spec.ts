import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage } from './support/customer-page.js';

jest.setTimeout(240_000);
const stack = connectToStack();
let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

async function open(script: string, more: Partial<Parameters<typeof CustomerPage.open>[2]> = {}) {
  const person = await stack.sandbox.makePerson('VALID');
  return CustomerPage.open(browser, stack, {
    person,
    before: (page) => page.addInitScript(script),
    ...more,
  });
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** A device whose clock is ahead. */
const shifted = (ms: number) => `{
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given) { if (given.length > 0) super(...given); else super(Right.now() + ${ms}); }
    static now() { return Right.now() + ${ms}; }
  };
}`;

describe('a device with a wrong clock', () => {
  it.concurrent.each([
    ['5 minutes ahead', 5 * minute],
    ['20 minutes behind', -20 * minute],
    ['a day ahead', day],
  ])('A device with a clock %s shows the right time, and completes a reissue', async (_, ms) => {
    const customer = await open(shifted(ms), { language: 'en' });
    const { words, page } = customer;
    await customer.start('EXPIRED');
    await page.getByText(/Valid for another [12]:\d\d/).waitFor();
    await customer.enterPhoneCode();
    await page.getByText(/(2\d|30) minutes left\./).waitFor();
    await customer.prove('ID_DOCUMENT');
    await customer.enterPassword();
    await customer.at(words.terms.title);
    await customer.close();
  });
});

const refusing = (what: string) => `{
  const refuse = () => { throw new DOMException('refused', 'SecurityError'); };
  ${what}
}`;
const keepingNothing: readonly (readonly [string, string])[] = [
  ['has no IndexedDB', `Object.defineProperty(globalThis, 'indexedDB', { value: undefined });`],
  ['refuses IndexedDB', refusing(`Object.defineProperty(globalThis, 'indexedDB', { get: refuse });`)],
  ['fails to open it', refusing('IDBFactory.prototype.open = refuse;')],
  ['never opens it', 'IDBFactory.prototype.open = () => new EventTarget();'],
  [
    'keeps no keys',
    `{
      const put = IDBObjectStore.prototype.put;
      const holdsKey = (value) => value instanceof CryptoKey ||
        (typeof value === 'object' && value !== null && Object.values(value).some(holdsKey));
      IDBObjectStore.prototype.put = function (value, name) {
        if (holdsKey(value)) throw new DOMException('no keys', 'DataCloneError');
        return put.call(this, value, name);
      };
    }`,
  ],
  [
    'is full',
    `IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };`,
  ],
  [
    'refuses all storage',
    refusing(`for (const name of ['indexedDB', 'localStorage', 'sessionStorage'])
      Object.defineProperty(globalThis, name, { get: refuse });`),
  ],
];

describe('a browser that keeps nothing', () => {
  it.concurrent.each(keepingNothing)(
    'The page in a browser that %s states it on the first screen, and works in memory',
    async (_, script) => {
      const customer = await open(script, { language: 'en' });
      const { words } = customer;
      await customer.sees(words.prepare.keepOpen);
      await customer.start('LOST');
      await customer.sees(words.keepOpen);
      // Without storage there is nothing to search for secrets.
      await customer.context.close();
      expect(customer.complaints).toEqual([]);
    },
  );

  it.concurrent(
    'A browser without storage reaches a saved certificate, and does not offer to keep it',
    async () => {
      const customer = await open(keepingNothing[0]![1], { language: 'ko' });
      const { words, page } = customer;
      await customer.look('prepare-nothing-kept');
      await customer.start('EXPIRED');
      await customer.look('phone-code-nothing-kept');
      await customer.enterPhoneCode();
      await customer.prove('ID_DOCUMENT');
      await customer.enterPassword();
      await customer.agreeToTerms();
      expect(await page.getByRole('button', { name: words.save.here }).count()).toBe(0);
      await customer.save();
      await customer.check();
      await customer.press(words.done.finish);
      await customer.at(words.goodbye.title);
      await customer.close();
    },
  );

  it.concurrent('A browser whose storage becomes full states it and continues', async () => {
    const customer = await open('');
    const { words, page } = customer;
    await customer.sees(words.prepare.close);
    await page.evaluate(keepingNothing.find(([name]) => name === 'is full')![1]);
    await customer.start('EXPIRED');
    await customer.sees(words.keepOpen);
    await customer.enterPhoneCode();
    await customer.prove('ID_DOCUMENT');
    await customer.enterPassword();
    await customer.at(words.terms.title);
    await customer.close();
  });

  it.concurrent('A browser without cookies keeps the token of its reissue in memory', async () => {
    const customer = await open(`Object.defineProperty(navigator, 'cookieEnabled', { value: false });`);
    const { words, context } = customer;
    await customer.sees(words.prepare.keepOpen);
    await context.route('**/page/session', async (route) => {
      const response = await route.fetch({ headers: { ...route.request().headers(), cookie: '' } });
      const { 'set-cookie': _, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await customer.start('EXPIRED');
    await customer.enterPhoneCode();
    await customer.close();
  });
});

describe('a browser that lacks what the page needs', () => {
  it.concurrent('A browser in which the script does not start shows a notice', async () => {
    const page = await browser.newPage();
    await page.route('**/*.js', (route) => route.abort());
    await page.goto(stack.addresses.gateway);
    await page.getByText('update your browser').waitFor();
    await page.close();
  });

  it.concurrent.each([
    ['INSECURE', `Object.defineProperty(globalThis, 'isSecureContext', { value: false });`],
    ['CRYPTO', `SubtleCrypto.prototype.generateKey = () => Promise.reject(new Error('switched off'));`],
    ['OLD', `delete AbortSignal.any;`],
  ] as const)('The page states the missing feature and where to continue: %s', async (lack, script) => {
    const person = await stack.sandbox.makePerson('VALID');
    const before = (page: CustomerPage['page']) => page.addInitScript(script);
    const customer = await CustomerPage.open(browser, stack, { person, before, first: 'unfit' });
    await customer.sees(customer.words.unfit.what[lack]);
    await customer.sees(customer.words.unfit.instead);
    if (lack === 'CRYPTO') await customer.look('unfit');
    await customer.close();
  });
});
