import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { readNumber } from '../../apps/web/reissue/transfer/number.js';
import { oldSerialOf, recordedStatusOf } from '../support/certificates.js';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { CustomerPage } from './support/customer-page.js';
import { readQrCode } from './support/qr-code.js';
import { openSavedFiles } from './support/saved-files.js';

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

type Options = Partial<Parameters<typeof CustomerPage.open>[2]>;

/** Goes from the first screen to the one on which the new certificate is saved. */
async function comeToSave(options: Options = {}): Promise<CustomerPage> {
  const person = await stack.sandbox.makePerson('VALID');
  const customer = await CustomerPage.open(browser, stack, { person, ...options });
  await customer.start('EXPIRED');
  await customer.enterPhoneCode();
  await customer.prove('ID_DOCUMENT');
  await customer.enterPassword();
  await customer.agreeToTerms();
  return customer;
}

/** Another device of the same customer. */
const otherDevice = ({ person, language }: CustomerPage, options: Options = {}) =>
  CustomerPage.open(browser, stack, { person, language, device: 'desktop', ...options });

const shownNumber = async ({ page }: CustomerPage) => {
  const shown = page.locator('.transfer-number strong');
  await shown.waitFor();
  return (await shown.innerText()).replaceAll(' ', '');
};

/** Another number for the same box, with a right check digit. */
function wrongSecret(number: string): string {
  for (let tail = 0; tail < 100; tail += 1) {
    const candidate = number.slice(0, 10) + String(tail).padStart(2, '0');
    if (candidate !== number && readNumber(candidate)) return candidate;
  }
  throw new Error('there is no other number');
}

async function enterNumber(receiver: CustomerPage, number: string): Promise<void> {
  await receiver.fill(receiver.words.receive.label, number);
  await receiver.press(receiver.words.receive.go);
}

async function openReceived(receiver: CustomerPage): Promise<void> {
  const { receive, check } = receiver.words;
  await receiver.at(receive.openTitle);
  await receiver.fill(check.label, receiver.person.certificatePassword);
  await receiver.press(check.go);
  await receiver.at(receive.worksTitle);
}

/** Keeps the certificate in the browser and finishes, so that it is on the first screen. */
async function keepAndFinish(customer: CustomerPage): Promise<void> {
  const { save, check, done, goodbye, prepare } = customer.words;
  await customer.press(save.here);
  await customer.at(check.title);
  await customer.press(check.go);
  await customer.at(done.title);
  await customer.press(done.finish);
  await customer.at(goodbye.title);
  await customer.reload(prepare.title);
}

describe('a certificate on its way to another device', () => {
  it.concurrent('A scanned QR code brings the certificate to another device, where it signs', async () => {
    const sender = await comeToSave({ language: 'ko' });
    const { transfer, check, done } = sender.words;
    await sender.press(transfer.send);
    const number = await shownNumber(sender);
    const address = await readQrCode(sender.page);
    expect(address).toBe(`${stack.addresses.gateway}/#receive=${number}`);
    await sender.look('transfer-number');

    const receiver = await otherDevice(sender, { address: `/#receive=${number}`, first: 'receive' });
    await receiver.look('receive');
    await receiver.press(receiver.words.receive.go);
    await sender.sees(transfer.progress.RECEIVED);
    await receiver.at(receiver.words.receive.openTitle);
    await receiver.look('receive-open');
    await receiver.fill(check.label, 'not-the-password');
    await receiver.press(check.go);
    await receiver.sees(receiver.words.save.wrongPassword);
    await openReceived(receiver);
    await receiver.look('receive-works');
    const zip = await receiver.download(receiver.words.save.zip);
    const p12 = await receiver.download(receiver.words.save.p12);
    const password = receiver.person.certificatePassword;
    const certificate = await openSavedFiles({ zip, p12, password });
    const serial = certificate.serialNumber.toLowerCase();
    await receiver.close();

    // The sending device goes on with the copy that it keeps.
    await sender.press(transfer.done);
    await sender.sees(check.leadHere);
    await sender.press(check.go);
    await sender.at(done.title);
    expect(await recordedStatusOf(stack.db, serial)).toBe('IN_FORCE');
    expect(await recordedStatusOf(stack.db, oldSerialOf(sender.person))).toBe('REVOKED superseded');
    await sender.close();
  });

  it.concurrent(
    'Wrong, used, expired and changed transfers fail with the right words, and can be repeated',
    async () => {
      const sender = await comeToSave({ language: 'en' });
      await keepAndFinish(sender);
      const { transfer, receive } = sender.words;
      const receiver = await otherDevice(sender);
      await receiver.press(receive.open);
      await sender.press(transfer.send);

      const first = await shownNumber(sender);
      await enterNumber(receiver, first.slice(0, 11) + ((Number(first[11]) + 1) % 10));
      await receiver.sees(receive.wrong);
      await enterNumber(receiver, wrongSecret(first));
      await receiver.sees(receive.failures.WRONG_NUMBER);
      await sender.sees(transfer.failures.WRONG_NUMBER);
      await sender.look('transfer-failed');
      await enterNumber(receiver, first);
      await receiver.sees(receive.failures.OVER);
      await receiver.look('receive-failed');

      await sender.press(transfer.again);
      const second = await shownNumber(sender);
      await stack.db
        .updateTable('certificate_transfer')
        .set({ expires_at: new Date(0) })
        .where('box', '=', second.slice(0, 4))
        .execute();
      await sender.sees(transfer.failures.OVER);

      await sender.press(transfer.again);
      const stop = await changeContent(receiver.page);
      await enterNumber(receiver, await shownNumber(sender));
      await receiver.sees(receive.failures.WRONG_NUMBER);
      await sender.sees(transfer.failures.WRONG_NUMBER);
      await stop();

      await sender.press(transfer.again);
      const last = await shownNumber(sender);
      await receiver.withoutReception(() => enterNumber(receiver, last));
      await openReceived(receiver);
      await receiver.press(receiver.words.save.here);
      await receiver.sees(receive.kept);
      await receiver.press(receiver.words.done.finish);
      await receiver.sees(receiver.words.here.title);
      await receiver.close();
      await sender.sees(transfer.progress.RECEIVED);
      await sender.close();
    },
  );

  it.concurrent('A cancelled transfer ends at both devices', async () => {
    const sender = await comeToSave({ language: 'ko' });
    const { transfer, receive, save } = sender.words;
    await sender.press(transfer.send);
    const number = await shownNumber(sender);
    await sender.press(transfer.cancel);
    await sender.page.locator('.transfer-number').waitFor({ state: 'detached' });
    const receiver = await otherDevice(sender);
    await receiver.press(receive.open);
    await enterNumber(receiver, number);
    await receiver.sees(receive.failures.OVER);
    await receiver.close();
    await sender.at(save.title);
    await sender.close();
  });

  it.concurrent(
    'On a phone that shares files, the file goes to an app, and a refusal has another way',
    async () => {
      const sender = await comeToSave({ language: 'en', before: (page) => page.addInitScript(shareSheet) });
      const { save, check, done } = sender.words;
      const { page } = sender;
      await sender.look('save');
      await page.evaluate(`globalThis.sharing = 'AbortError'`);
      await sender.press(save.share);
      await sender.sees(save.notSaved);
      await page.evaluate(`globalThis.sharing = 'NotAllowedError'`);
      await sender.press(save.share);
      await sender.sees(save.shareRefused);
      await sender.look('share-refused');
      expect(await page.getByRole('button', { name: save.next }).count()).toBe(0);
      await page.evaluate(`globalThis.sharing = undefined`);
      await sender.press(save.share);
      await sender.sees(save.outcomes.SHARED);
      await sender.press(save.next);
      await sender.at(check.title);
      const shared = Buffer.from(await page.evaluate<string>('globalThis.shared'), 'base64');
      await sender.upload([{ name: 'shared.p12', mimeType: 'application/x-pkcs12', buffer: shared }]);
      await sender.press(check.go);
      await sender.at(done.title);
      await sender.close();
    },
  );

  it.concurrent('On a desktop the folder comes first, with its place', async () => {
    const customer = await comeToSave({ device: 'desktop', language: 'ko' });
    const { save } = customer.words;
    await customer.page.getByRole('button', { name: save.zip, exact: true }).waitFor();
    const buttons = await customer.page.locator('main section > button').allInnerTexts();
    expect(buttons.slice(0, 2)).toEqual([save.zip, save.p12]);
    await customer.sees(save.moveFolder);
    await customer.look('save-desktop');
    await customer.reveal(save.forms['PBES1-SHA1-SEED'].name);
    const old = await customer.download(save.forms['PBES1-SHA1-SEED'].name);
    expect(old.includes(Buffer.from('signPri.key'))).toBe(true);
    await customer.close();
  });
});

/** Changes the content that the receiving device gets. @returns a function that stops it */
async function changeContent(page: Page): Promise<() => Promise<void>> {
  const transfers = /\/v1\/transfers\/tr_[0-9a-f]+$/;
  await page.route(transfers, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { content?: string | null };
    if (body.content) body.content = (body.content.startsWith('A') ? 'B' : 'A') + body.content.slice(1);
    await route.fulfill({ response, json: body });
  });
  return () => page.unroute(transfers);
}

/** Replaces the share sheet: what was shared is kept, or refused as the test says. */
const shareSheet = `
  navigator.canShare = () => true;
  navigator.share = async ({ files: [file] }) => {
    if (globalThis.sharing) throw new DOMException('', globalThis.sharing);
    const bytes = new Uint8Array(await file.arrayBuffer());
    globalThis.shared = btoa(Array.from(bytes, (octet) => String.fromCharCode(octet)).join(''));
  };
`;
