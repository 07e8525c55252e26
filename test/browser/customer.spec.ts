import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readPrivateKeyFile } from '#libs/npki';
import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage } from './support/customer-page.js';

jest.setTimeout(180_000);
const stack = connectToStack();
let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = mkdtempSync(join(tmpdir(), 'reseal-files-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await browser.close();
  await stack.close();
});

describe('a customer on a phone', () => {
  it('gets a new certificate whose files openssl opens, on screens that everybody can use', async () => {
    const person = await stack.sandbox.makePerson('EXPIRING');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'ko' });
    const { words } = customer;
    await customer.look('prepare');
    await customer.start('EXPIRED');
    await customer.look('phone-code');
    await customer.enterPhoneCode();
    await customer.look('identity');
    await customer.proveByOneWon();
    await customer.at(words.password.title);
    await customer.look('password');
    await customer.enterPassword();
    await customer.at(words.terms.title);
    await customer.look('terms');
    await customer.agreeToTerms();
    await customer.look('save');
    const { zip, p12, password } = await customer.save();
    await customer.look('check');
    await customer.check();
    await customer.press(words.done.try);
    await customer.page.getByText(words.done.works).waitFor();
    await customer.look('done');

    const p12File = join(folder, 'new.p12');
    writeFileSync(p12File, p12);
    const shown = execFileSync(
      'openssl',
      ['pkcs12', '-in', p12File, '-passin', 'stdin', '-nokeys', '-clcerts'],
      { input: password, encoding: 'utf8' },
    );
    expect(shown).toContain('BEGIN CERTIFICATE');
    const files = unzipSync(zip);
    const keyPath = Object.keys(files).find((path) => path.endsWith('/signPri.key'))!;
    expect(keyPath).toMatch(/^NPKI\/[^/]+\/USER\/cn=/);
    const { random } = await readPrivateKeyFile(files[keyPath]!, password);
    expect(random).toHaveLength(20);

    await customer.press(words.done.finish);
    await customer.at(words.goodbye.title);
    expect(await customer.page.evaluate('indexedDB.databases().then((all) => all.length)')).toBeLessThan(2);
    await customer.reload();
    await customer.at(words.prepare.title);
    await customer.close();
  });

  it.each([
    { reason: 'LOST', language: 'en' },
    { reason: 'KEY_COMPROMISED', language: 'ko' },
    { reason: 'PASSWORD_FORGOTTEN', language: 'en' },
  ] as const)('comes because of $reason in $language', async ({ reason, language }) => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language, scheme: 'dark' });
    await customer.start(reason);
    await customer.enterPhoneCode();
    await (reason === 'PASSWORD_FORGOTTEN' ? customer.proveByDocument() : customer.proveByOneWon());
    if (reason === 'PASSWORD_FORGOTTEN') {
      await customer.at(customer.words.password.resetTitle);
      await customer.look('reset');
      await customer.setPassword();
    } else await customer.enterPassword();
    await customer.agreeToTerms();
    await customer.save();
    await customer.check();
    await customer.look(`done-${reason}`);
    await customer.close();
  });
});

describe('a customer whom something gets in the way', () => {
  it('goes on where they were after a reload in each step, and is told of a wrong code and a wrong password', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'en' });
    const { words } = customer;
    const { page } = customer;
    await customer.start('EXPIRED');
    await customer.reload();
    await customer.at(words.identity.phoneTitle);
    const right = await stack.sandbox.phoneCode(person);
    await customer.enterCode(right === '111111' ? '222222' : '111111');
    await page.getByText(words.identity.wrong).waitFor();
    await customer.look('wrong-code');
    await customer.enterPhoneCode();
    await customer.reload();
    await customer.proveByOneWon();
    await customer.enterPassword('not-the-password');
    await page.getByText(words.problem.texts['password-wrong']!).waitFor();
    await page.getByText(words.password.left(4)).waitFor();
    await customer.look('wrong-password');
    await customer.reload();
    await customer.enterPassword();
    await customer.at(words.terms.title);
    await customer.reload();
    await customer.agreeToTerms();
    await customer.reload();
    await customer.download(words.save.zip);
    await customer.press(words.save.next);
    await customer.reload();
    await customer.at(words.check.title);
    await customer.fill(words.check.label, person.certificatePassword);
    await customer.check();
    await customer.reload();
    await customer.at(words.done.title);
    await customer.close();
  });

  it('goes on by itself once a lost connection is back, stays where back leads nowhere, and may cancel', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'ko' });
    const { words, page, context } = customer;
    await customer.start('LOST');
    const code = await stack.sandbox.phoneCode(person);
    await context.setOffline(true);
    await customer.enterCode(code);
    await page.getByText(words.offline).waitFor();
    await customer.look('offline');
    await context.setOffline(false);
    await customer.at(words.identity.title);
    await page.goBack();
    await page.getByText(words.noWayBack).waitFor();
    await customer.at(words.identity.title);
    await customer.press(words.cancel);
    await customer.press(words.cancelYes);
    await customer.at(words.ended.titles['CANCELLED']!);
    await customer.look('cancelled');
    await customer.press(words.ended.again);
    await customer.at(words.prepare.title);
    await customer.close();
  });
});
