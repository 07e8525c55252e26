import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
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

async function atApplicant(language: Language): Promise<CustomerPage> {
  const person = await stack.sandbox.makePerson('VALID');
  const customer = await CustomerPage.open(browser, stack, { person, language });
  await customer.comeToApplicant('EXPIRED');
  return customer;
}

const field = (page: Page, label: string) =>
  page.getByLabel(label, { exact: true }).and(page.locator('input:not([type=radio])'));
/** The text that a screen reader says about a field, besides its label. */
const described = async (page: Page, label: string): Promise<string> => {
  const ids = (await field(page, label).getAttribute('aria-describedby')) ?? '';
  const texts = ids.split(' ').map((id) => page.locator(`[id="${id}"]`).textContent());
  return (await Promise.all(texts)).join(' ');
};

describe('the fields of the page', () => {
  it.concurrent(
    'A resident registration number is 6 and 7 masked digits, and is pasted as a whole',
    async () => {
      const customer = await atApplicant('ko');
      const { words, page, person } = customer;
      const { applicant } = words;
      await customer.choose(applicant.ways.rrn);
      const [front, back] = [field(page, applicant.rrnFront), field(page, applicant.rrnBack)];
      await front.pressSequentially(person.rrn);
      expect([await front.inputValue(), await back.inputValue()]).toEqual([
        person.rrn.slice(0, 6),
        person.rrn.slice(6),
      ]);
      await front.fill('');
      await back.fill('');
      await front.fill(`${person.rrn.slice(0, 6)}-${person.rrn.slice(6)}`);
      expect(await back.inputValue()).toBe(person.rrn.slice(6));
      expect(await back.getAttribute('type')).toBe('password');
      await customer.fill(applicant.name, person.name);
      await customer.press(applicant.goPlain);
      await customer.at(words.identity.title);
      await customer.close();
    },
  );

  it.concurrent('A link to the page fills in its reason, and an unknown reason is ignored', async () => {
    const person = await stack.sandbox.makePerson('EXPIRING');
    const customer = await CustomerPage.open(browser, stack, { person, language: 'ko' });
    const { words, page } = customer;
    const expired = page.getByRole('radio', { name: words.reason.names.EXPIRED });
    for (const [query, filledIn] of [
      ['?reason=EXPIRED', true],
      ['?reason=<b>EXPIRED</b>', false],
    ] as const) {
      await page.goto(`${stack.addresses.gateway}/${query}`);
      await customer.at(words.prepare.title);
      await customer.press(words.prepare.start);
      await customer.at(words.reason.title);
      expect(await expired.isChecked()).toBe(filledIn);
    }
    await customer.close();
  });

  it.concurrent('Nothing is called wrong before the customer has left the field', async () => {
    const customer = await atApplicant('en');
    const { words, page } = customer;
    const { applicant } = words;
    const mobile = field(page, applicant.mobile);
    await mobile.focus();
    await page.keyboard.press('Tab');
    expect(await page.getByText(applicant.badMobile).count()).toBe(0);
    await mobile.pressSequentially('010-12');
    expect(await page.getByText(applicant.badMobile).count()).toBe(0);
    await page.keyboard.press('Tab');
    await customer.sees(applicant.badMobile);
    expect(await described(page, applicant.mobile)).toContain(applicant.badMobile);
    await mobile.fill('010-1234-5678');
    expect(await page.getByText(applicant.badMobile).count()).toBe(0);
    await customer.look('field-fault');

    await customer.choose(applicant.ways.document);
    const issuedOn = field(page, applicant.issuedOn);
    for (const wrong of ['2020', '20200231', '29990101']) {
      await issuedOn.fill(wrong);
      await issuedOn.blur();
      await customer.sees(applicant.badDate);
    }
    await issuedOn.fill('20200131');
    expect(await page.getByText(applicant.badDate).count()).toBe(0);
    await customer.close();
  });

  it.concurrent('An error of the gateway stands beside the field that its pointer names', async () => {
    const customer = await atApplicant('ko');
    const { words, page, context, person } = customer;
    const { applicant } = words;
    const start = /\/v1\/reissues$/;
    await context.route(start, (route) =>
      route.fulfill({
        status: 422,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          ...{
            type: 'urn:reseal:problem:invalid-request',
            title: 'invalid',
            status: 422,
            traceId: 'a'.repeat(32),
          },
          errors: [{ pointer: '#/applicant/mobile', message: 'must be a Korean mobile number' }],
        }),
      }),
    );
    await customer.nameOneself();
    await customer.sees(applicant.badMobile);
    expect(await described(page, applicant.mobile)).toContain(applicant.badMobile);
    await customer.look('gateway-error');
    await context.unroute(start);
    await field(page, applicant.mobile).fill('');
    await field(page, applicant.mobile).fill(person.mobile);
    await page.getByText(applicant.badMobile).waitFor({ state: 'detached' });
    await customer.press(applicant.go);
    await customer.at(words.identity.phoneTitle);
    await customer.close();
  });

  it.concurrent('The chosen carrier is sent, and a code is taken from the pasted message', async () => {
    const customer = await atApplicant('en');
    const { words, page, person } = customer;
    const { applicant, identity } = words;
    const { carrier } = person;
    await page.getByLabel(applicant.carrier, { exact: true }).selectOption(carrier);
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && /\/reissues$/.test(request.url()),
    );
    await customer.nameOneself();
    expect((await sent).postDataJSON()).toMatchObject({ applicant: { carrier } });
    await customer.at(identity.phoneTitle);
    const code = field(page, identity.code);
    expect(await code.getAttribute('autocomplete')).toBe('one-time-code');
    const digits = await customer.readPhoneCode();
    await code.fill(`[한별은행] 인증번호 [${digits}] 를 입력해 주세요.`);
    expect(await code.inputValue()).toBe(digits);
    await customer.press(identity.confirm);
    await customer.sees(identity.another.PHONE_CODE);
    await customer.close();
  });

  it.concurrent('A rule of the new password is met only when something was typed', async () => {
    const customer = await atApplicant('ko');
    const { words, page } = customer;
    await customer.nameOneself();
    await customer.at(words.identity.phoneTitle);
    await customer.enterPhoneCode();
    await customer.chooseMethod('ONE_WON');
    await page.getByText(/[가-힣]+은행 \*+\d{4} 계좌로 1원을 입금했습니다/).waitFor();
    await customer.enterCode(await customer.stack.sandbox.depositCode(customer.person));
    await customer.at(words.password.title);
    await customer.press(words.password.forgot);
    await customer.at(words.password.resetTitle);
    const met = page.locator('.rules .met');
    await page.locator('.rules li').first().waitFor();
    expect(await met.count()).toBe(0);
    await customer.fill(words.password.newLabel, 'aB3!');
    await met.first().waitFor();
    await customer.fill(words.password.newLabel, '');
    await met.first().waitFor({ state: 'detached' });
    await customer.close();
  });
});
