import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { sampleBrand } from '../../apps/gateway/src/page/brand.js';
import { rememberSecret } from '../support/canaries.js';
import { oldSerialOf, recordedStatusOf } from '../support/certificates.js';
import { connectToStack } from '../support/running-stack.js';
import type { Person } from '../support/sandbox.js';
import { endWait, makeWait, stopLinkOf } from '../support/waiting-reissue.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage, type Language } from './support/customer-page.js';

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

async function open(language: Language, person?: Person): Promise<CustomerPage> {
  return CustomerPage.open(browser, stack, {
    person: person ?? (await stack.sandbox.makePerson('VALID')),
    language,
  });
}

/** Holds the calls to an address until `release` is called. */
async function hold({ context }: CustomerPage, address: RegExp) {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await context.route(address, async (route) => {
    await held;
    await route.continue();
  });
  return () => release();
}

const { phone } = sampleBrand.callCentre;

describe('waiting', () => {
  it.concurrent('A slow proof of identity is named, and then another method is offered', async () => {
    const customer = await open('ko');
    const { words } = customer;
    await customer.start('EXPIRED');
    const release = await hold(customer, /\/verifications$/);
    await customer.enterCode(await customer.readPhoneCode());
    await customer.sees(words.slow.parts.IDENTITY);
    await customer.sees(words.slow.otherMethod);
    await customer.look('slow-identity');
    release();
    await customer.sees(words.identity.another.PHONE_CODE);
    await customer.close();
  });

  it.concurrent('A slow issuance is named, and the customer may close the page', async () => {
    const customer = await open('en');
    const { words } = customer;
    await customer.start('EXPIRED');
    await customer.enterPhoneCode();
    await customer.prove('ONE_WON');
    await customer.enterPassword();
    await customer.at(words.terms.title);
    const release = await hold(customer, /\/certificate$/);
    await customer.agreeToAll();
    await customer.at(words.issue.title);
    await customer.sees(words.slow.parts.ISSUANCE);
    await customer.sees(words.slow.close(phone));
    await customer.look('slow-issue');
    release();
    await customer.at(words.save.title);
    await customer.close();
  });

  it.concurrent('A screen shows one timer, with what happens at its end', async () => {
    const customer = await open('ko');
    const { words, page } = customer;
    await customer.start('EXPIRED');
    await page.getByText(/유효시간 \d+:\d\d\. 지나면 인증번호를 다시/).waitFor();
    expect(await page.getByText(words.deadline.thenEnded).count()).toBe(0);
    await customer.press(words.identity.other);
    await customer.at(words.identity.title);
    await customer.sees(words.deadline.thenEnded);
    expect(await page.getByText('유효시간').count()).toBe(0);
    await customer.close();
  });
});

/** A customer on the screen that says how long they wait. */
async function waiting(language: Language): Promise<{ customer: CustomerPage; reissueId: string }> {
  const customer = await open(language);
  const { words, person } = customer;
  await customer.start('EXPIRED');
  await customer.enterPhoneCode();
  await customer.prove('ONE_WON');
  await customer.enterPassword();
  await customer.at(words.terms.title);
  const reissueId = await makeWait(stack, person);
  await customer.agreeToAll();
  await customer.at(words.coolingOff.title);
  return { customer, reissueId };
}

describe('a wait for the protection of the customer', () => {
  it.concurrent(
    'A customer reads until when they wait, opens the page again later, and continues',
    async () => {
      const { customer, reissueId } = await waiting('ko');
      const { words, page } = customer;
      await page.getByText(/월 \d+일 .*에 인증서를 발급합니다/).waitFor();
      await customer.sees(phone);
      await customer.look('cooling-off');
      await customer.reload(words.coolingOff.title);
      await endWait(stack, reissueId);
      await customer.at(words.save.title);
      // The page was opened again, and has no password: only this file needs none.
      await customer.download(words.save.zip);
      await customer.close();
    },
  );

  it.concurrent('A customer stops a reissue by the link in a message, on another device', async () => {
    const { customer, reissueId } = await waiting('en');
    const { person } = customer;
    const address = stopLinkOf(reissueId);
    rememberSecret('stop-link', Buffer.from(address.split('.').at(-1)!));
    const other = await CustomerPage.open(browser, stack, {
      ...{ person, language: 'ko', device: 'desktop', first: 'stop', address },
    });
    expect(new URL(other.page.url()).hash).toBe('');
    await other.look('stop');
    await other.press(other.words.stop.stop);
    await other.at(other.words.stop.stopped);
    await other.look('stopped');
    await customer.at(customer.words.ended.titles.STOPPED_BY_CUSTOMER);
    expect(await recordedStatusOf(stack.db, oldSerialOf(person))).toBe('ON_HOLD');
    await other.close();

    const again = await CustomerPage.open(browser, stack, {
      ...{ person, language: 'en', scheme: 'dark', first: 'stop', address },
    });
    await again.look('stop-again');
    await again.press(again.words.stop.itWasMe);
    await again.at(again.words.stop.over);
    await again.look('stop-over');
    await again.close();
    await customer.close();
  });
});

describe('a reissue that ended or cannot continue', () => {
  it.concurrent('A replaced reissue asks whether the customer started the other one', async () => {
    const first = await open('ko');
    const { words, page, person } = first;
    await first.start('EXPIRED');
    await first.enterPhoneCode();
    await first.prove('ONE_WON');
    await first.at(words.password.title);
    const second = await open('ko', person);
    await second.start('EXPIRED', 'rrn');
    await second.prove('ID_DOCUMENT');
    await second.prove('PHONE_CODE');
    await first.at(words.ended.titles.SUPERSEDED);
    await first.sees(words.ended.notYou);
    const main = page.getByRole('main');
    expect(await main.getByRole('link', { name: phone }).getAttribute('href')).toBe(`tel:${phone}`);
    await first.sees(words.ended.replaces);
    await first.look('superseded');
    await second.close();
    await first.close();
  });

  it.concurrent(
    'A method that is locked after five wrong codes says so, and another one is used',
    async () => {
      const customer = await open('en');
      const { words, person } = customer;
      await customer.start('EXPIRED');
      await customer.enterPhoneCode();
      await customer.chooseMethod('ONE_WON');
      const wrong = (await stack.sandbox.depositCode(person)) === '1111' ? '2222' : '1111';
      for (let left = 4; left > 0; left -= 1) {
        await customer.enterCode(wrong);
        await customer.sees(words.identity.left(left));
      }
      await customer.enterCode(wrong);
      await customer.at(words.identity.title);
      await customer.sees(words.identity.LOCKED);
      await customer.look('method-locked');
      await customer.prove('ID_DOCUMENT');
      await customer.at(words.password.title);
      await customer.close();
    },
  );
});
