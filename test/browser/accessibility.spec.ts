import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Customer } from '../support/customer.js';
import { connectToStack } from '../support/running-stack.js';
import type { StaffName } from '../support/sandbox.js';
import { StaffMember } from '../support/staff.js';
import { until } from '../support/until.js';
import { startChromium } from './support/chromium.js';
import { Console, type Look } from './support/console.js';
import { parkedCustomers } from './support/parked.js';

jest.setTimeout(180_000);
const stack = connectToStack();
let browser: Browser;
/** Parking takes a minute; the tests of other pages run meanwhile. */
let parking: Promise<Customer>;
let served: Customer;
let operation: { readonly id: string };

beforeAll(async () => {
  browser = await startChromium();
  served = await stack.newCustomer('VALID');
  await served.completeReissue();
  const serial = served.reissue!.certificate!.serial;
  operation = await new StaffMember(stack, 'olivia').planAndConfirm({
    kind: 'hold',
    selection: { serials: [serial] },
  });
  parking = parkedCustomers(stack, 1).then(([customer]) => customer!);
  parking.catch(() => undefined); // the test that awaits it sees the error
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

/** Each page, the person who sees most of it, and an element that shows that it has loaded. */
const pages: readonly (readonly [
  name: string,
  who: StaffName,
  path: () => string | Promise<string>,
  there: string,
])[] = [
  ['home', 'sam', () => '/', '.chart svg'],
  // The home page before it has a table, too.
  [
    'reissues',
    'sam',
    () => '/reissues',
    'main:has(h1:has-text("Reissues")) table, main:has(h1:has-text("재발급")) table',
  ],
  ['ended reissue', 'audrey', () => `/reissues/${served.reissueId}`, 'ol.timeline li'],
  ['operations', 'april', () => '/operations', 'table'],
  ['operation', 'april', () => `/operations/${operation.id}`, 'textarea'],
  ['inventory', 'olivia', () => '/certificates', '.chart svg'],
  ['certificates in force', 'olivia', () => '/certificates?part=VALID', 'table'],
  ['certificates', 'olivia', () => `/certificates?serial=${served.reissue!.certificate!.serial}`, 'table'],
  [
    'certificate',
    'olivia',
    () => `/certificates/${served.reissue!.certificate!.serial}`,
    'section code, section a',
  ],
  ['authority', 'olivia', () => '/authority', '.facts + .table'],
  ['webhooks', 'april', () => '/webhooks', 'h1:has-text("Webhooks"), h1:has-text("웹훅")'],
  ['audit', 'audrey', () => `/audit?reissueId=${served.reissueId}`, 'table'],
  ['verify evidence', 'audrey', () => '/evidence', 'input[type=file]'],
  ['no such page', 'audrey', () => '/nowhere', 'h1'],
  ['reissue', 'olivia', async () => `/reissues/${(await parking).reissueId}`, 'ol.timeline li'],
];
const looks: readonly Look[] = [
  { language: 'en', scheme: 'light' },
  { language: 'ko', scheme: 'dark', width: 390, height: 800 },
];

describe.each(looks)('in $language, $scheme, $width wide', (look) => {
  const consoles = new Map<StaffName, Console>();
  const consoleOf = async (who: StaffName) => {
    const known = consoles.get(who) ?? (await Console.signedIn(browser, stack, who, look));
    consoles.set(who, known);
    return known;
  };
  afterAll(async () => {
    for (const console of consoles.values()) await console.close();
  });

  it.each(pages)(
    'The console page "%s" meets WCAG AA, and scrolls in one direction only',
    async (name, who, path, there) => {
      const console = await consoleOf(who);
      await console.visit(await path());
      await console.page.locator(there).first().waitFor({ state: 'attached' });
      await console.page.waitForLoadState('load');
      await console.picture(
        `a11y-${look.language}-${look.scheme}-${look.width ?? 'wide'}-${name.replaceAll(' ', '-')}`,
      );
      expect(await console.accessibilityFindings()).toEqual([]);
      const beyond = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await console.page.evaluate<number>(beyond)).toBeLessThanOrEqual(0);
    },
  );

  it('The sign-in page of the console meets WCAG AA', async () => {
    const console = await Console.open(browser, stack, look);
    await console.go('/');
    await console.page.getByRole('button').nth(2).waitFor();
    expect(await console.accessibilityFindings()).toEqual([]);
    await console.close();
  });
});

describe('by keyboard alone', () => {
  let console: Console;
  beforeAll(async () => {
    console = await Console.signedIn(browser, stack, 'olivia');
  });
  afterAll(() => console.close());
  const focused = () => console.page.evaluate<string>('document.activeElement?.textContent ?? ""');

  it('The first Tab in the console leads to a link past the menu', async () => {
    await console.go('/');
    // Another page is shown until the session is restored.
    await console.page.locator('nav').first().waitFor({ state: 'attached' });
    await console.page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await console.page.keyboard.press('Enter');
    expect(await console.page.evaluate<string>('document.activeElement?.id ?? ""')).toBe('main');
  });

  it('An operation can be planned and cancelled by keyboard, and the focus returns', async () => {
    const { page } = console;
    await console.go(`/reissues/${(await parking).reissueId}`);
    const retry = page.getByRole('button', { name: 'Retry…' });
    await retry.focus();
    await page.keyboard.press('Enter');
    const reason = page.getByRole('textbox', { name: 'Reason' });
    await reason.waitFor();
    await until('the focus to be in the reason', () =>
      page.evaluate<boolean>('document.activeElement?.tagName === "TEXTAREA"'),
    );
    await page.keyboard.type('the carrier is back');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const confirm = page.getByRole('button', { name: 'Retry now' });
    await confirm.waitFor();
    expect(await console.accessibilityFindings()).toEqual([]);
    // Tab never leaves the dialog.
    for (let times = 0; times < 12; times++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate<boolean>('!!document.activeElement?.closest("[role=dialog]")')).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await until('the focus to be back', async () => (await focused()).startsWith('Retry'));
  });
});
