import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { axeFindings } from './support/page-findings.js';

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
  const [person] = await stack.sandbox.people();
  if (!person) throw new Error('the sandbox has no sample person');
  // The guide of five minutes names this person, and the example of the start is complete.
  const guide = await page.locator('.information-container').innerText();
  expect(guide).toContain(`${person.name}, 010-0000-0001`);
  const started = await run('startReissue');
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

it('The API reference leads to the page of all problems, in which a problem’s link leads to its place', async () => {
  const refused = await fetch(`${stack.addresses.gateway}/v1/keys`);
  const [, link = ''] = /<([^>]+)>; rel="help"/.exec(refused.headers.get('link') ?? '') ?? [];
  const { type } = (await refused.json()) as { type: string };
  const problems = await page.context().newPage();
  await page.getByRole('link', { name: 'The page of all problems' }).waitFor();
  await problems.goto(new URL(link, stack.addresses.gateway).href);
  expect(await problems.locator('article:target h2').innerText()).toContain(type);
  for (const scheme of ['light', 'dark'] as const) expect(await axeFindings(problems, scheme)).toEqual([]);
  await problems.close();
});

it('The API reference loads nothing from other origins, and nothing that its policy blocks', () => {
  expect(complaints).toEqual([]);
});
