import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage } from './support/customer-page.js';
import { oldCertificateFiles } from './support/old-certificate.js';

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

/** Each screen in both languages and both schemes, by axe-core, and on the narrowest phone. */
describe('accessible screens', () => {
  it.concurrent('Screens before the start are accessible', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'ko' });
    const { page } = customer;
    await customer.inBothLanguages(async () => {
      await page.getByText(customer.words.prepare.without).click();
      await customer.lookOnce('prepare');
    });
    await customer.press(customer.words.prepare.start);
    await customer.at(customer.words.reason.title);
    await customer.press(customer.words.next);
    await customer.look('reason');
    await customer.chooseReason('LOST');
    await customer.press(customer.words.next);
    await customer.at(customer.words.consent.title);
    await customer.press(customer.words.consent.agree);
    await customer.look('consent');
    await customer.inBothLanguages(async () => {
      const { consent } = customer.words;
      await page.getByRole('button', { name: consent.readWord }).first().click();
      await page.getByRole('dialog').waitFor();
      await customer.lookOnce('terms-in-full');
      await customer.press(consent.close);
    });
    await customer.agreeToAll();
    await customer.at(customer.words.applicant.title);
    await customer.press(customer.words.applicant.go);
    await customer.look('applicant');
    for (const way of ['rrn', 'document'] as const) {
      await customer.choose(customer.words.applicant.ways[way]);
      if (way === 'document') await customer.choose(customer.words.applicant.documents.DRIVING_LICENCE);
      await customer.look(`applicant-${way}`);
    }
    await customer.close();
  });

  it.concurrent('Screens of the identity step are accessible', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'en' });
    const { words, page } = customer;
    await customer.start('EXPIRED');
    await customer.press(words.identity.confirm);
    await customer.sees(words.identity.badCode);
    await customer.look('phone-code');
    await customer.enterPhoneCode();
    await customer.look('identity');
    await customer.chooseMethod('ONE_WON');
    await customer.look('one-won');
    await customer.press(words.identity.other);
    await customer.chooseMethod('ID_DOCUMENT');
    await customer.press(words.identity.confirm);
    await customer.sees(words.identity.photoMissing);
    await customer.choose(words.applicant.documents.DRIVING_LICENCE);
    await customer.look('document-empty');
    await customer.takePhoto();
    await page.getByAltText(words.identity.photoAlt).waitFor();
    await customer.look('document');
    await customer.press(words.identity.other);
    await customer.chooseMethod('OLD_CERTIFICATE');
    await customer.look('old-certificate');
    await customer.chooseOldFiles(await oldCertificateFiles(person, 'P12'));
    await customer.fill(words.identity.oldPassword, 'not-the-password');
    await customer.press(words.identity.sign);
    await customer.sees(words.identity.oldWrong);
    await customer.look('old-certificate-wrong');
    await customer.fill(words.identity.oldPassword, person.certificatePassword);
    await customer.press(words.identity.sign);
    await customer.at(words.terms.title);
    await customer.close();
  });

  it.concurrent('Screens from the password to the end are accessible', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'ko', scheme: 'dark' });
    const { words, page, context } = customer;
    await customer.start('LOST', 'rrn');
    await customer.look('identity-first');
    await customer.prove('PHONE_CODE');
    await customer.sees(words.identity.another.PHONE_CODE);
    await customer.prove('ONE_WON');
    await customer.at(words.password.title);
    await customer.press(words.password.confirm);
    await customer.look('password');
    await customer.press(words.password.forgot);
    await customer.at(words.password.resetTitle);
    await customer.fill(words.password.newLabel, 'short1');
    await customer.press(words.password.set);
    await customer.look('reset');
    await customer.press(words.password.back);
    await customer.enterPassword();
    await customer.at(words.terms.title);
    await customer.look('terms');
    await customer.inBothLanguages(async () => {
      await customer.press(customer.words.cancel);
      await page.getByRole('dialog').waitFor();
      await customer.lookOnce('cancel');
      await customer.press(customer.words.cancelNo);
    });
    const request = /\/certificate$/;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await context.route(request, async (route) => {
      await held;
      await route.continue();
    });
    await customer.agreeToAll();
    await customer.at(words.issue.title);
    await customer.look('issue');
    release();
    await customer.at(words.save.title);
    await context.unroute(request);
    await customer.reload(words.save.title);
    await customer.reveal(words.save.p12);
    await page.getByRole('button', { name: words.save.p12, disabled: false }).first().click();
    await page.getByLabel(words.save.needPassword, { exact: true }).waitFor();
    await customer.look('save');
    await customer.fill(words.save.needPassword, 'not-the-password');
    await page.getByRole('button', { name: words.save.p12 }).nth(1).click();
    await customer.sees(words.save.wrongPassword);
    await customer.download(words.save.zip);
    await customer.look('save-wrong');
    await customer.press(words.save.next);
    await customer.press(words.check.go);
    await customer.sees(words.check.faults.NO_FILE);
    await customer.look('check-empty');
    await customer.chooseSaved();
    await customer.fill(words.check.label, 'not-the-password');
    await customer.press(words.check.go);
    await customer.sees(words.save.wrongPassword);
    await customer.look('check');
    await customer.fill(words.check.label, person.certificatePassword);
    await customer.check();
    await customer.press(words.done.try);
    await customer.sees(words.done.works);
    await customer.look('done');
    await customer.press(words.done.finish);
    await customer.at(words.goodbye.title);
    await customer.look('goodbye');
    await customer.close();
  });
});

describe('the page', () => {
  it('The tests find a violation of the page’s policy, and data that the page must not keep', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person });
    await customer.page.evaluate(`
      sessionStorage.setItem('token', 'secret');
      document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/stranger.png' }));
    `);
    await customer.page.waitForEvent('console', { timeout: 5_000 }).catch(() => undefined);
    await expect(customer.close()).rejects.toThrow(/Content Security Policy[^]+kept: token/);
  });

  it('The page works by keyboard alone, and announces each screen', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'en' });
    const { words, page } = customer;
    const focused = (tag: string) => page.waitForFunction(`document.activeElement?.tagName === '${tag}'`);
    await focused('H1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await customer.at(words.reason.title);
    await focused('H1');
    expect(await page.title()).toMatch(words.reason.title);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await customer.at(words.consent.title);
    await focused('H1');
    await page.goBack();
    await customer.at(words.reason.title);
    expect(await page.getByRole('radio', { name: words.reason.names.LOST }).isChecked()).toBe(true);
    await customer.close();
  });
});
