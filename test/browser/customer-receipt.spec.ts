import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { readReceiptNumber } from '#libs/domain';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { Console } from './support/console.js';
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

const desktop = { width: 1440, height: 900 };
const receiptOf = ({ page }: CustomerPage) => page.locator('.receipt strong').innerText();

describe('the receipt number', () => {
  it('Every screen from the start to the end shows the number by which staff open the reissue', async () => {
    const customer = await CustomerPage.open(browser, stack, {
      person: await stack.sandbox.makePerson('VALID'),
      language: 'en',
    });
    const { words, page } = customer;
    expect(await page.locator('.receipt').count()).toBe(0);
    await customer.start('EXPIRED');
    const receipt = await receiptOf(customer);
    expect(readReceiptNumber(receipt)).toEqual({ number: receipt });
    await customer.enterPhoneCode();
    expect(await receiptOf(customer)).toBe(receipt);
    await customer.prove('ID_DOCUMENT');
    await customer.at(words.password.title);
    expect(await receiptOf(customer)).toBe(receipt);
    await customer.enterPassword();
    await customer.at(words.terms.title);
    expect(await receiptOf(customer)).toBe(receipt);
    await page.setViewportSize(desktop);
    await page.getByText(`${words.receiptNumber} ${receipt}`).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await customer.press(words.cancel);
    await customer.press(words.cancelYes);
    await customer.at(words.ended.titles.CANCELLED_BY_CUSTOMER);
    expect(await receiptOf(customer)).toBe(receipt);
    await customer.look('ended-with-receipt');

    const olivia = await Console.signedIn(browser, stack, 'olivia');
    await olivia.go('/reissues');
    const field = olivia.page.getByRole('textbox', {
      name: 'Find by receipt number, reissue id or trace id',
    });
    const wrong = receipt.replace(/.$/, (last) => (last === '2' ? '3' : '2'));
    await field.fill(wrong);
    await field.press('Enter');
    await olivia.page.getByText('The receipt number has a wrong character. Please check it.').waitFor();
    await olivia.picture('receipt-mistyped');
    await field.fill(receipt.replaceAll('-', ' ').toLowerCase());
    await field.press('Enter');
    await olivia.page.waitForURL(/\/reissues\/ri_/);
    await olivia.page.getByText(receipt, { exact: true }).waitFor();
    await olivia.picture('reissue-by-receipt');
    await olivia.close();
    await customer.close();
  });

  it('A second tab, and the page after a reload, ask for the code that was sent', async () => {
    const customer = await CustomerPage.open(browser, stack, {
      person: await stack.sandbox.makePerson('VALID'),
      language: 'ko',
    });
    const { words } = customer;
    await customer.start('EXPIRED');
    const second = await customer.secondTab();
    await second.at(words.identity.phoneTitle);
    await second.enterCode('000000');
    await second.sees(words.identity.left(4));
    await second.reload(words.identity.phoneTitle);
    await second.enterCode('000000');
    await second.sees(words.identity.left(3));
    await second.enterPhoneCode();
    expect(await stack.sandbox.inbox(customer.person.mobile)).toHaveLength(1);
    await customer.close();
  });
});
