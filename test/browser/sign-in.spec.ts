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
  it('A sign-in at the issuer returns to the page that was opened', async () => {
    const console = (opened = await Console.open(browser, stack));
    await console.go('/certificates?serial=10ab');
    await console.signIn('olivia');
    expect(new URL(console.page.url())).toMatchObject({ pathname: '/certificates', search: '?serial=10ab' });
    await console.page.getByText('Olivia Sample').waitFor();
  });

  it('The console keeps no token that another script or the next person could read', async () => {
    const { page } = await signedIn('olivia');
    const kept = await page.evaluate<string>('JSON.stringify([{...localStorage}, {...sessionStorage}])');
    expect(kept).not.toMatch(/eyJ/);
    expect(await page.evaluate<string>('document.cookie')).toBe('');
  });

  it('A session survives a reload, and ends with the sign-out', async () => {
    const { page } = await signedIn('audrey');
    await page.reload();
    await page.getByText('Audrey Sample').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /Sign out/ }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });

  it('The audit page is for auditors, and shows others which role it needs', async () => {
    const { page } = await signedIn('olivia');
    expect(await page.getByRole('link', { name: 'Audit trail' }).count()).toBe(0);
    await opened!.go('/audit');
    await page.getByText('You are not allowed to see this').waitFor();
    await page.getByText('Auditor', { exact: false }).first().waitFor();
  });

  it('The console is in Korean in a browser that prefers Korean', async () => {
    opened = await Console.signedIn(browser, stack, 'april', { language: 'ko' });
    expect(await opened.page.locator('html').getAttribute('lang')).toBe('ko');
    await opened.picture('home-ko');
  });
});
