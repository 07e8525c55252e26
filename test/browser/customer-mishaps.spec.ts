import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { untilParked } from '../support/until-parked.js';
import { connectToStack } from '../support/running-stack.js';
import type { Holding } from '../support/sandbox.js';
import { StaffMember } from '../support/staff.js';
import { until } from '../support/until.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage, newPassword, type Language } from './support/customer-page.js';

jest.setTimeout(240_000);
const stack = connectToStack();
let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await stack.sandbox.clearFaults();
  await browser.close();
  await stack.close();
});

const wrongCode = (right: string) => (right === '111111' ? '222222' : '111111');

async function open(language: Language, holding: Holding = 'VALID'): Promise<CustomerPage> {
  const person = await stack.sandbox.makePerson(holding);
  return CustomerPage.open(browser, stack, { person, language });
}

/** Completes both verifications, the second by document: transfers are down during the first test. */
async function proveAll(customer: CustomerPage): Promise<void> {
  await customer.enterPhoneCode();
  await customer.prove('ID_DOCUMENT');
}

describe('a customer after a mishap', () => {
  it.concurrent(
    'A customer waits while the reissue is parked, is notified, and continues with the entered data',
    async () => {
      await stack.sandbox.setFault('one-won', { mode: 'down' });
      const customer = await open('ko');
      const { words, page } = customer;
      await customer.start('LOST');
      await customer.enterPhoneCode();
      await page.getByRole('button', { name: words.identity.names.ONE_WON }).click();
      await customer.sees(words.busy);
      const { reissueId } = await page.evaluate<{ reissueId: string }>(
        `fetch('/page/session').then((answer) => answer.json())`,
      );
      await untilParked(stack.db, reissueId, 1, 100_000);
      await customer.at(words.operator.title);
      await customer.sees(words.operator.urgent);
      await customer.look('operator');
      await customer.reload(words.operator.title);
      await stack.sandbox.setFault('one-won', { mode: 'ok' });
      const olivia = new StaffMember(stack, 'olivia');
      const selection = { reissueIds: [reissueId] };
      await olivia.untilDone(await olivia.planAndConfirm({ kind: 'retry', selection }));
      await until('the text message that was promised', async () =>
        (await stack.sandbox.inbox(customer.person.mobile)).some(({ text }) => text.includes('계속하실 수')),
      );
      await customer.at(words.identity.wonTitle);
      await customer.enterCode(await stack.sandbox.depositCode(customer.person));
      await customer.at(words.password.title);
      await customer.close();
    },
  );

  it.concurrent('A customer continues at the same step after each reload', async () => {
    const customer = await open('en');
    const { words, page, context, person } = customer;
    const { reason, consent, applicant, identity, password, terms, issue, save, check, done } = words;
    await customer.press(words.prepare.start);
    await customer.at(reason.title);
    for (const _ of [1, 2, 3]) await customer.reload(words.prepare.title);
    await customer.comeToApplicant('LOST');
    await page.goBack();
    await customer.at(consent.title);
    await page.goForward();
    await customer.at(applicant.title);
    await customer.nameOneself();
    await customer.at(identity.phoneTitle);
    await customer.reload(identity.phoneTitle);
    await customer.enterPhoneCode();
    await customer.reload(identity.title);
    await customer.chooseMethod('ID_DOCUMENT');
    await customer.reload(identity.documentTitle);
    await customer.press(identity.other);
    await customer.prove('ID_DOCUMENT');
    await customer.at(password.title);
    await customer.reload(password.title);
    await customer.enterPassword();
    await customer.at(terms.title);
    await customer.reload(terms.title);
    const request = /\/certificate$/;
    await context.route(request, (route) => route.abort());
    await customer.at(terms.title);
    await customer.agreeToAll();
    await customer.at(issue.title);
    await customer.reload(issue.title);
    await context.unroute(request);
    await customer.at(save.title);
    await customer.reload(save.title);
    await customer.download(save.zip);
    await customer.press(save.next);
    await customer.at(check.title);
    await customer.reload(check.title);
    await customer.press(check.again);
    await customer.at(save.title);
    await customer.download(save.zip);
    await customer.press(save.next);
    await customer.fill(check.label, person.certificatePassword);
    await customer.check();
    await customer.reload(done.title);
    await customer.fill(check.label, person.certificatePassword);
    await customer.press(done.try);
    await customer.sees(done.works);
    await customer.close();
  });

  it.concurrent('The page continues by itself at each step once the connection is back', async () => {
    const customer = await open('ko');
    const { words, context } = customer;
    const { identity, password, terms, issue, save, check } = words;
    await customer.press(words.prepare.start);
    await customer.chooseReason('EXPIRED');
    await customer.withoutReception(() => customer.press(words.next));
    await customer.agreeToAll();
    await customer.withoutReception(() => customer.nameOneself());
    await customer.at(identity.phoneTitle);
    const code = await customer.readPhoneCode();
    await customer.withoutReception(async () => {
      await customer.enterCode(code);
      await customer.sees(words.offline);
      await customer.look('offline');
    });
    await customer.at(identity.title);
    await customer.withoutReception(() =>
      customer.page.getByRole('button', { name: identity.names.ID_DOCUMENT }).click(),
    );
    await customer.at(identity.documentTitle);
    await customer.press(identity.other);
    await customer.chooseMethod('ID_DOCUMENT');
    await customer.withoutReception(() => customer.answerByDocument());
    await customer.at(password.title);
    await customer.withoutReception(() => customer.enterPassword());
    await customer.at(terms.title);
    const request = /\/certificate$/;
    await context.route(request, (route) => route.abort());
    await context.setOffline(true);
    await customer.agreeToAll();
    await customer.sees(words.offline);
    await context.setOffline(false);
    // The next call, which the page makes by itself, fails too.
    await customer.at(issue.title);
    await customer.sees(words.offline);
    await context.unroute(request);
    await customer.at(save.title);
    await customer.withoutReception(async () => {
      await customer.download(save.zip);
      await customer.press(save.next);
    });
    await customer.chooseSaved();
    await customer.withoutReception(() => customer.press(check.go));
    await customer.at(words.done.title);
    await customer.close();
  });

  it.concurrent('Two tabs show the same reissue, and either can finish it', async () => {
    const first = await open('ko');
    const { words } = first;
    await first.start('LOST');
    const second = await first.secondTab();
    await second.at(words.identity.phoneTitle);
    await first.enterPhoneCode();
    await second.turnTo();
    await second.at(words.identity.title);
    await second.prove('ID_DOCUMENT');
    await first.enterPassword();
    await second.agreeToTerms();
    await first.at(words.save.title);
    await Promise.all([first.download(words.save.zip), second.download(words.save.zip)]);
    await second.press(words.save.next);
    await second.at(words.check.title);
    await first.turnTo();
    await first.check();
    await second.at(words.done.title);
    await second.press(words.done.finish);
    await second.at(words.goodbye.title);
    await first.close();
    expect(second.complaints).toEqual([]);
  });

  it.concurrent('A customer sees that a code or a password is wrong, and gets a new code', async () => {
    const customer = await open('en');
    const { words, page } = customer;
    await customer.start('EXPIRED', 'rrn');
    await customer.chooseMethod('PHONE_CODE');
    const old = await customer.readPhoneCode();
    await customer.enterCode(wrongCode(old));
    await customer.sees(`${words.identity.wrong.PHONE_CODE} ${words.identity.left(4)}`);
    await customer.look('wrong-code');
    await customer.press(words.identity.again);
    await customer.sees(words.identity.sentAgain);
    const fresh = await customer.readPhoneCode();
    if (fresh !== old) {
      await customer.enterCode(old);
      await customer.sees(words.identity.wrong.PHONE_CODE);
    }
    await customer.enterPhoneCode();
    await customer.prove('ID_DOCUMENT');
    await customer.enterPassword('not-the-password');
    await customer.sees(words.problem.texts['password-wrong']!);
    await page.getByText(words.password.left(4)).waitFor();
    await customer.look('wrong-password');
    await customer.enterPassword();
    await customer.at(words.terms.title);
    await customer.close();
  });

  it.concurrent('A customer sets a new password after theirs is locked', async () => {
    const customer = await open('ko');
    const { words } = customer;
    await customer.start('EXPIRED', 'document');
    await customer.prove('PHONE_CODE');
    await customer.sees(words.identity.another.PHONE_CODE);
    await customer.prove('ID_DOCUMENT');
    for (let left = 4; left > 0; left -= 1) {
      await customer.enterPassword('not-the-password');
      await customer.sees(words.password.left(left));
    }
    await customer.enterPassword('not-the-password');
    await customer.at(words.password.resetTitle);
    await customer.sees(words.problem.texts['password-locked']!);
    await customer.look('password-locked');
    await customer.reload(words.password.resetTitle);
    await customer.setPassword();
    await customer.agreeToTerms();
    expect((await customer.save()).password).toBe(newPassword);
    await customer.check();
    await customer.close();
  });

  it.concurrent('A customer who forgot the password sets a new one at once', async () => {
    const customer = await open('en');
    const { words } = customer;
    await customer.start('EXPIRED');
    await proveAll(customer);
    await customer.at(words.password.title);
    await customer.press(words.password.forgot);
    await customer.at(words.password.resetTitle);
    await customer.press(words.password.back);
    await customer.at(words.password.title);
    await customer.press(words.password.forgot);
    const { mobile } = customer.person;
    await customer.fill(words.password.newLabel, `Aa!${mobile}`);
    await customer.fill(words.password.again, `Aa!${mobile}`);
    await customer.press(words.password.set);
    await customer.sees(words.problem.texts['password-rules']!);
    await customer.look('password-rules');
    await customer.setPassword();
    await customer.agreeToTerms();
    await customer.save();
    await customer.check();
    await customer.close();
  });

  it.concurrent(
    'A customer starts again after the session has ended, without the key, and after a cancellation',
    async () => {
      const customer = await open('ko');
      const { words, page, context } = customer;
      await customer.start('LOST');
      await context.clearCookies();
      await customer.enterCode(await customer.readPhoneCode());
      await customer.sees(words.problem.texts['invalid-token']!);
      await customer.look('session-ended');
      await customer.press(words.ended.again);
      await customer.at(words.prepare.title);

      await customer.start('LOST');
      await page.goBack();
      await customer.sees(words.noWayBack);
      await customer.at(words.identity.phoneTitle);
      await page.evaluate(`new Promise((resolve) => {
      indexedDB.deleteDatabase('reseal-reissue').onsuccess = resolve;
    })`);
      await customer.reload(words.issue.lostTitle);
      await customer.look('key-lost');
      await customer.press(words.cancel);
      await customer.press(words.cancelYes);
      await customer.at(words.ended.titles.CANCELLED_BY_CUSTOMER);
      await customer.look('ended');
      await customer.press(words.ended.again);
      await customer.at(words.prepare.title);
      await customer.close();
    },
  );

  it.concurrent('A customer sees that the reissue was rejected after too many wrong codes', async () => {
    const customer = await open('en');
    const { words } = customer;
    await customer.start('EXPIRED');
    const wrong = wrongCode(await customer.readPhoneCode());
    for (let left = 4; left > 0; left -= 1) {
      await customer.enterCode(wrong);
      await customer.sees(words.identity.left(left));
    }
    await customer.enterCode(wrong);
    await customer.at(words.ended.titles.IDENTITY_LOCKED);
    await customer.sees('Too many wrong codes or answers were entered');
    await customer.sees('Apply again.');
    await customer.look('rejected');
    await customer.close();
  });
});
