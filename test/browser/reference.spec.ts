import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';

jest.setTimeout(180_000);
const stack = connectToStack();
const complaints: string[] = [];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await startChromium();
  const context = await browser.newContext({ locale: 'en-GB' });
  context.setDefaultTimeout(45_000);
  page = await context.newPage();
  const ours = new URL(stack.addresses.gateway).origin;
  page.on('request', (request) => {
    if (!request.url().startsWith(ours) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${stack.addresses.gateway}/docs`);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

/** Runs the example of an endpoint, unchanged or changed. @returns the response */
async function run(
  operation: string,
  change: (example: string) => string = (same) => same,
): Promise<{ status: string; answer: string }> {
  const block = page.locator(`[id$="-${operation}"].opblock`);
  await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Try it out' }).click();
  const body = block.locator('textarea.body-param__text');
  await body.fill(change(await body.inputValue()));
  await block.getByRole('button', { name: 'Execute' }).click();
  const live = block.locator('.live-responses-table .response');
  const status = (await live.locator('.response-col_status').innerText()).slice(0, 3);
  return { status, answer: await live.locator('.response-col_description').innerText() };
}

it('The examples of the API reference run from the start of a reissue to a check of the new certificate', async () => {
  const person = await stack.sandbox.makePerson('VALID');
  const started = await run('startReissue', (example) =>
    example.replace('홍길동', person.name).replace('010-1234-5678', person.mobile),
  );
  expect(started.status).toBe('201');

  // In the order of the challenges: ONE_WON, PHONE_CODE.
  const codes = [await stack.sandbox.depositCode(person), await stack.sandbox.phoneCode(person)];
  const verified = await run('answerChallenges', (example) =>
    example.replaceAll('the code', () => codes.shift()!),
  );
  expect(verified).toEqual({ status: '200', answer: expect.stringContaining('PASSWORD_REQUIRED') });

  const { certificatePassword, rrn } = person;
  const applied = await run('apply', (example) => example.replace('the password', certificatePassword));
  expect(applied).toEqual({ status: '200', answer: expect.stringContaining('"ISSUED"') });
  expect((await run('proveRegistration')).answer).toContain('"REGISTERED"');
  const checked = await run('checkVid', (example) => example.replace('9001011234567', rrn.replace('-', '')));
  expect(checked).toEqual({ status: '200', answer: expect.stringContaining('"matches": true') });
});

it('The API reference loads nothing from other origins, and nothing that its policy blocks', () => {
  expect(complaints).toEqual([]);
});
