import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { connectToStack } from '../support/running-stack.js';
import type { StaffName } from '../support/sandbox.js';
import { startChromium } from './support/chromium.js';
import { Console } from './support/console.js';

jest.setTimeout(120_000);
const stack = connectToStack();
let browser: Browser;
let opened: Console | undefined;

beforeAll(async () => {
  browser = await startChromium();
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

const signedIn = async (name: StaffName) => (opened = await Console.signedIn(browser, stack, name));

describe('signing in', () => {
  it('goes to the issuer and comes back to where one wanted to be', async () => {
    const console = (opened = await Console.open(browser, stack));
    await console.go('/certificates?serial=10ab');
    await console.signIn('olivia');
    expect(new URL(console.page.url())).toMatchObject({ pathname: '/certificates', search: '?serial=10ab' });
    await console.page.getByText('Olivia Sample').waitFor();
  });

  it('keeps no token where another script or the next person could read it', async () => {
    const { page } = await signedIn('olivia');
    const kept = await page.evaluate<string>('JSON.stringify([{...localStorage}, {...sessionStorage}])');
    expect(kept).not.toMatch(/eyJ/);
    expect(await page.evaluate<string>('document.cookie')).toBe('');
  });

  it('is not asked for again after a reload, but after signing out', async () => {
    const { page } = await signedIn('audrey');
    await page.reload();
    await page.getByText('Audrey Sample').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /Sign out/ }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });

  it('shows the audit trail to auditors and tells others whose it is', async () => {
    const { page } = await signedIn('olivia');
    expect(await page.getByRole('link', { name: 'Audit trail' }).count()).toBe(0);
    await opened!.go('/audit');
    await page.getByText('You are not allowed to see this').waitFor();
    await page.getByText('Auditor', { exact: false }).first().waitFor();
  });

  it('is in Korean for whoever prefers it', async () => {
    opened = await Console.signedIn(browser, stack, 'april', { language: 'ko' });
    expect(await opened.page.locator('html').getAttribute('lang')).toBe('ko');
    await opened.picture('home-ko');
  });
});
