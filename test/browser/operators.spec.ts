import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import { recordedStatusOf } from '../support/certificates.js';
import { startChromium } from './support/chromium.js';
import { Console } from './support/console.js';
import { parkedCustomers } from './support/parked.js';

jest.setTimeout(180_000);
const stack = connectToStack();
let browser: Browser;
let olivia: Console;
let oscar: Console;
let april: Console;
let sam: Console;
/** Parking takes a minute; other tests run meanwhile. */
let parking: Promise<Customer[]>;
let served: Customer;

beforeAll(async () => {
  browser = await startChromium();
  served = await stack.newCustomer('VALID');
  await served.completeReissue();
  parking = parkedCustomers(stack, 4);
  parking.catch(() => undefined); // the test that awaits it sees the error
  olivia = await Console.signedIn(browser, stack, 'olivia');
  oscar = await Console.signedIn(browser, stack, 'oscar', { scheme: 'dark' });
  april = await Console.signedIn(browser, stack, 'april');
  sam = await Console.signedIn(browser, stack, 'sam');
});
afterAll(async () => {
  for (const console of [olivia, oscar, april, sam]) await console?.close();
  await browser.close();
  await stack.sandbox.clearFaults();
  await stack.close();
});

describe('an operation that needs approval', () => {
  const serial = () => served.reissue!.certificate!.serial;
  /** The path of the operation that awaits approval. */
  let asked: string;

  /** Requests an operation on the certificate. @returns the path of the operation */
  async function ask({ page }: Console, act: 'Hold' | 'Release', reason: string): Promise<string> {
    await page.getByRole('button', { name: `${act}…` }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill(reason);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Ask for approval' }).click();
    await page.waitForURL(/\/operations\/op_/);
    return new URL(page.url()).pathname;
  }

  it('An operation waits for approval, and its requester cannot approve it with any role', async () => {
    await sam.go(`/certificates?serial=${serial()}`);
    await sam.page.getByRole('link', { name: serial() }).click();
    await sam.page.getByText('Valid', { exact: true }).waitFor();
    const content = sam.page.getByRole('region', { name: 'Content and publication' });
    await content.getByText(/^good · answered for /).waitFor();
    await content.getByText(/^EC |^RSA /).waitFor();
    const downloading = sam.page.waitForEvent('download');
    await content.getByRole('button', { name: 'Download with its chain (PEM)' }).click();
    const pem = await readFile(await (await downloading).path(), 'utf8');
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(new X509Certificate(pem).serialNumber.toLowerCase()).toBe(serial());
    await sam.picture('certificate-content');
    asked = await ask(sam, 'Hold', 'a call from the customer');
    await sam.page.getByText('You requested this operation. Another approver has to decide.').waitFor();
    expect(await sam.page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await sam.picture('approval-own');
    expect(await recordedStatusOf(stack.db, serial())).toBe('IN_FORCE');
  });

  it('An approver finds a waiting operation, reads it and approves it', async () => {
    await april.page
      .getByRole('region', { name: 'Awaiting approval' })
      .locator(`a[href="${asked}"]`) // other operations may wait too
      .click();
    await april.page.getByText('a call from the customer').waitFor();
    await april.page.getByRole('group', { name: 'Targets' }).getByText(serial()).waitFor();
    await april.page.getByText('Once you approve, this will happen.', { exact: false }).waitFor();
    await april.page.getByText('1 will be put on hold').waitFor();
    await april.picture('approval');
    await april.page.getByRole('button', { name: 'Approve' }).click();
    await april.page
      .getByRole('group', { name: 'Targets' })
      .getByText('put on hold', { exact: true })
      .waitFor();
    expect(await recordedStatusOf(stack.db, serial())).toMatch(/hold/i);
    // The holder is notified once, and the operation's page shows it.
    await april.page.getByText('holder notified', { exact: false }).waitFor();
    const messages = (await stack.sandbox.inbox(served.person.mobile)).map(({ text }) => text);
    expect(messages.filter((text) => text.includes('효력을 정지했습니다'))).toHaveLength(1);
  });

  it('A requester changes a waiting operation by keyboard alone, and has to confirm it again', async () => {
    const { page } = olivia;
    await olivia.go(`/certificates/${serial()}`);
    await ask(olivia, 'Release', 'the customer called agian');
    await page.getByRole('button', { name: 'Change…' }).press('Enter');
    const dialog = page.getByRole('dialog');
    const keep = dialog.getByRole('checkbox', { name: `Keep ${serial()}` });
    await keep.press('Space');
    await dialog.getByText('Keep at least one target.').waitFor();
    await keep.press('Space');
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('the customer called again');
    await olivia.picture('operation-change');
    await dialog.getByRole('button', { name: 'Save the change' }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('the customer called again').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).waitFor();
    await page.getByRole('button', { name: 'Cancel the operation' }).press('Enter');
    await page.getByRole('button', { name: 'Change…' }).waitFor({ state: 'detached' });
  });

  it('An operation that the approver rejects with a comment changes nothing', async () => {
    await olivia.go(`/certificates/${serial()}`);
    await olivia.page.getByText('On hold', { exact: true }).waitFor();
    const path = await ask(olivia, 'Release', 'the customer called again');
    await april.go(path);
    await april.page.getByRole('button', { name: 'Reject' }).click();
    await april.page.getByText('To reject, write a comment.').waitFor();
    await april.page.getByRole('textbox', { name: 'Comment' }).fill('not before the branch has seen them');
    await april.page.getByRole('button', { name: 'Reject' }).click();
    await olivia.page.getByText('not before the branch has seen them').waitFor();
    expect(await recordedStatusOf(stack.db, serial())).toMatch(/hold/i);
  });
});

describe('an operator', () => {
  let waiting: Customer[];
  beforeAll(async () => {
    waiting = await parking;
    await olivia.go('/');
  });

  it('An operator sees parked reissues, the cause, and the possible operations', async () => {
    const [first] = waiting;
    await olivia.page.getByRole('link', { name: 'Sending challenges' }).waitFor();
    await olivia.picture('home');
    await olivia.go(`/reissues/${first!.reissueId}`);
    const now = olivia.page.getByRole('region', { name: 'Now' });
    await now.getByText('Parked. It needs an operator.').waitFor();
    await now.getByText('Sending challenges: Other system unavailable').waitFor();
    await now.getByRole('button', { name: 'Retry…' }).waitFor();
    await now.getByRole('button', { name: 'Abandon…' }).waitFor();
    await olivia.picture('reissue-parked');
  });

  it('An operator sees a preview first, and closing it changes nothing', async () => {
    const [first] = waiting;
    const { page } = olivia;
    await page.getByRole('button', { name: 'Retry…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('Write a reason of at least 5 characters.').waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('the carrier is back');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('Nothing has changed yet.', { exact: false }).waitFor();
    await dialog.getByText('1 will be retried').waitFor();
    const target = dialog.getByRole('row').filter({ hasText: first!.reissueId });
    const cells = await target.getByRole('cell').allInnerTexts();
    expect(cells[1]).toMatch(/^Sending challenges: Other system unavailable/); // the cause
    expect(cells[2]).toBe('will be retried'); // the effect
    await olivia.picture('retry-preview');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(expectSuccess(await first!.fetchReissue()).next.action).toBe('NEEDS_OPERATOR');
  });

  it.each([
    ['desktop', 1_440, 900],
    ['phone', 390, 844],
  ])('The button that confirms a plan stays in view above a long list on a %s', async (_, width, height) => {
    const oneLine = { width, height: Math.round(height / 2) }; // the list of four is longer than this
    const small = await Console.signedIn(browser, stack, 'olivia', { language: 'ko', ...oneLine });
    const { page } = small;
    await small.visit('/reissues?parked=true&step=SEND_CHALLENGES');
    await page.getByRole('button', { name: '조건에 맞는 재발급 모두 재시도' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: '사유' }).fill('통신사가 복구되었습니다');
    await dialog.getByRole('button', { name: '미리 보기' }).click();
    await dialog.getByText(/다시 실행 예정 [4-9]건/).waitFor();
    const confirm = dialog.getByRole('button', { name: '재시도 실행' });
    await page.locator('.mantine-Modal-content').evaluate('(content) => content.scrollTo(0, 0)');
    const { y, height: tall } = (await confirm.boundingBox())!;
    expect(y).toBeGreaterThan(0);
    expect(y + tall).toBeLessThanOrEqual(oneLine.height);
    await small.picture(`retry-preview-ko-${width}`);
    expect(await small.accessibilityFindings()).toEqual([]);
    await page.keyboard.press('Escape');
    await small.close();
  });

  it('An operator retries and sees the outcome, and an open window of another person updates by itself', async () => {
    const [first] = waiting;
    await oscar.go(`/reissues/${first!.reissueId}`);
    const parkedThere = oscar.page.getByText('Parked. It needs an operator.');
    await parkedThere.waitFor();
    const { page } = olivia;
    await page.getByRole('button', { name: 'Retry…' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('the carrier is back');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.waitForURL(/\/operations\/op_/);
    await page.getByRole('group', { name: 'Targets' }).getByText('retried', { exact: true }).waitFor();
    await olivia.picture('operation-done');
    await parkedThere.waitFor({ state: 'detached' });
    await oscar.picture('reissue-after-retry-dark');
    expect(expectSuccess(await first!.fetchReissue()).next.action).not.toBe('NEEDS_OPERATOR');
    expect(await stack.sandbox.phoneCodes(first!.person)).toHaveLength(1);
  });

  it('An operator filters reissues by the address, and abandons the selected ones', async () => {
    const [, second, third, fourth] = waiting;
    const { page } = olivia;
    await olivia.go('/reissues?parked=true&step=SEND_CHALLENGES&sort=parkedSince');
    for (const { reissueId } of [second!, third!])
      await page.getByRole('checkbox', { name: `Select ${reissueId}` }).check();
    await page.getByText('2 selected').waitFor();
    await olivia.picture('reissues-chosen');
    await page.getByRole('button', { name: 'Abandon…' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('both asked for it');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Abandon now' }).click();
    await page.waitForURL(/\/operations\/op_/);
    const outcomes = page.getByRole('group', { name: 'Targets' }).getByRole('row');
    await outcomes.filter({ hasText: second!.reissueId }).getByText('abandoned', { exact: true }).waitFor();
    await outcomes.filter({ hasText: third!.reissueId }).getByText('abandoned', { exact: true }).waitFor();
    for (const { reissueId } of [second!, third!]) expect((await stateOf(reissueId)).state).toBe('ABANDONED');
    expect((await stateOf(fourth!.reissueId)).parked_step).toBe('SEND_CHALLENGES');
  });
});

const stateOf = (reissueId: string) =>
  stack.db
    .selectFrom('reissue')
    .select(['state', 'parked_step'])
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
