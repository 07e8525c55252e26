import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { oldSerialOf, recordedStatusOf } from '../support/certificates.js';
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

/** Goes from the first screen to the one on which the new certificate is saved. */
async function comeToSave(
  options: Partial<Parameters<typeof CustomerPage.open>[2]> = {},
): Promise<CustomerPage> {
  const person = await stack.sandbox.makePerson('VALID');
  const customer = await CustomerPage.open(browser, stack, { person, ...options });
  await customer.start('EXPIRED');
  await customer.enterPhoneCode();
  await customer.prove('ID_DOCUMENT');
  await customer.enterPassword();
  await customer.agreeToTerms();
  return customer;
}

const standingOfOld = ({ person }: CustomerPage) => recordedStatusOf(stack.db, oldSerialOf(person));

describe('a customer never ends without a certificate', () => {
  it.concurrent(
    'Without downloads the old certificate stays valid, and the browser can keep the new one',
    async () => {
      const customer = await comeToSave({ downloads: false, language: 'ko' });
      const { words, page, person } = customer;
      const { save, check, done, here, prepare } = words;
      await customer.press(save.zip);
      await customer.sees(save.outcomes.ASKED);
      expect(await page.getByText(save.outcomes.SAVED, { exact: true }).count()).toBe(0);
      await customer.look('save-asked');
      await customer.press(save.next);
      await customer.at(check.title);
      await customer.press(check.go);
      await customer.sees(check.faults.NO_FILE);
      await customer.upload(await oldCertificateFiles(person, 'NPKI'));
      await customer.press(check.go);
      await customer.sees(check.faults.ANOTHER);
      expect(await standingOfOld(customer)).toBe('IN_FORCE');

      await customer.press(check.again);
      await customer.press(save.here);
      await customer.sees(check.leadHere);
      await customer.look('check-here');
      await customer.press(check.go);
      await customer.at(done.title);
      expect(await standingOfOld(customer)).toBe('REVOKED superseded');
      await customer.sees(done.finishHelpHere);
      await customer.press(done.finish);
      await customer.at(words.goodbye.title);

      await customer.reload(prepare.title);
      await customer.sees(here.title);
      await customer.look('kept-here');
      await customer.press(here.erase);
      await page.getByRole('dialog').waitFor();
      await customer.press(here.yes);
      await page.getByText(here.title).waitFor({ state: 'detached' });
      await customer.reload(prepare.title);
      expect(await page.getByText(here.title).count()).toBe(0);
      await customer.close();
    },
  );

  it.concurrent(
    'A customer can save again until the end, and finishes only after a saved copy was checked',
    async () => {
      const customer = await comeToSave({ language: 'en' });
      const { words, page } = customer;
      const { save, check, done } = words;
      await customer.download(save.zip);
      await customer.press(save.next);
      await customer.check();
      const again = await customer.download(save.p12);
      expect(again.length).toBeGreaterThan(1_000);
      // The state that an earlier version of the page left: registered, without a checked copy.
      await page.evaluate(forgetProof);
      await customer.reload(done.title);
      await customer.sees(done.unproved);
      await customer.look('done-unproved');
      expect(await page.getByRole('button', { name: done.finish }).count()).toBe(0);
      await customer.chooseSaved(done.title);
      await page.getByLabel(check.label, { exact: true }).last().fill(customer.person.certificatePassword);
      await customer.press(check.go);
      await customer.press(done.finish);
      await customer.at(words.goodbye.title);
      await customer.close();
    },
  );

  it.concurrent('In a browser that asks where to save, the page reads the saved file again', async () => {
    const customer = await comeToSave({ language: 'ko', before: (page) => page.addInitScript(pickers) });
    const { words, page } = customer;
    const { save, check, done } = words;
    await page.evaluate(`globalThis.cancelSaving = true`);
    await customer.press(save.zip);
    await customer.sees(save.notSaved);
    await customer.look('save-not-saved');
    expect(await page.getByRole('button', { name: save.next }).count()).toBe(0);
    await page.evaluate(`globalThis.cancelSaving = false`);
    await customer.press(save.zip);
    await customer.sees(save.outcomes.SAVED);
    await customer.press(save.next);
    await customer.sees(check.leadBack);
    await page.evaluate(`navigator.storage.getDirectory().then((folder) => folder.removeEntry('saved'))`);
    await customer.press(check.go);
    await customer.sees(check.gone);
    expect(await standingOfOld(customer)).toBe('IN_FORCE');
    await customer.press(check.again);
    await customer.press(save.p12);
    await customer.sees(save.outcomes.SAVED);
    await customer.press(save.next);
    await customer.press(check.go);
    await customer.at(done.title);
    expect(await standingOfOld(customer)).toBe('REVOKED superseded');
    await customer.close();
  });
});

/** Replaces the browser's save dialog: files go to the origin's private folder. */
const pickers = `globalThis.showSaveFilePicker = async () => {
  if (globalThis.cancelSaving) throw new DOMException('cancelled', 'AbortError');
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle('saved', { create: true });
}`;

const forgetProof = `new Promise((resolve, reject) => {
  const opening = indexedDB.open('reseal-reissue');
  opening.onerror = reject;
  opening.onsuccess = () => {
    const kept = opening.result.transaction('kept', 'readwrite').objectStore('kept');
    kept.get('reissue').onsuccess = ({ target }) => {
      const { proved, ...rest } = target.result;
      kept.put({ ...rest, revision: 'older' }, 'reissue').onsuccess = resolve;
    };
  };
})`;
