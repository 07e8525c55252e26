import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EvidenceBundle } from '#libs/audit-proofs';
import type { Browser } from 'playwright-core';
import { runTool } from '../support/audit-tools.js';
import type { Customer } from '../support/customer.js';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';
import { Console } from './support/console.js';

jest.setTimeout(120_000);
const stack = connectToStack();
let browser: Browser;
let audrey: Console;
let customer: Customer;
let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auditors-'));
  browser = await startChromium();
  customer = await stack.newCustomer('VALID');
  await customer.completeReissue('LOST');
  audrey = await Console.signedIn(browser, stack, 'audrey');
});
afterAll(async () => {
  await audrey?.close();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
  await stack.close();
});

describe('an auditor', () => {
  it('An auditor reads the history of a reissue in words, and may not act on it', async () => {
    await audrey.go(`/reissues/${customer.reissueId}`);
    const timeline = audrey.page.getByRole('region', { name: 'Timeline' });
    await timeline.getByRole('listitem').nth(10).waitFor();
    await audrey.page.getByText('Registered', { exact: true }).first().waitFor();
    expect(await audrey.page.getByRole('button', { name: /Retry|Abandon|Withdraw/ }).count()).toBe(0);
    const { name, mobile, email, account } = customer.person;
    const text = await audrey.page.locator('body').innerText();
    for (const word of [name, mobile, email, account.number]) expect(text.includes(word)).toBe(false);
    await audrey.picture('timeline');
  });

  it('An auditor downloads the evidence and sees the server’s verdict', async () => {
    const { page } = audrey;
    const downloading = page.waitForEvent('download', { timeout: 60_000 });
    await page.getByRole('button', { name: 'Download evidence' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`evidence-${customer.reissueId}.json`);
    await download.saveAs(file('bundle.json'));
    await page.getByText('Nothing was tampered with').waitFor();
    await audrey.picture('evidence');
  });

  it('An auditor verifies evidence in the browser, which sends nothing', async () => {
    await writeFile(file('trust.json'), (await runTool('trust', [])).stdout);
    await audrey.page.getByRole('link', { name: 'Verify evidence' }).click();
    const sent: string[] = [];
    audrey.page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    await verify(file('bundle.json'));
    await audrey.page.getByText('Nothing was tampered with').waitFor();
    expect(sent).toEqual([]);
  });

  it('An auditor sees which entry of the evidence was changed', async () => {
    const bundle = JSON.parse(await readFile(file('bundle.json'), 'utf8')) as EvidenceBundle;
    bundle.entries[3]!.entry!.outcome = 'LOCKED';
    await writeFile(file('changed.json'), JSON.stringify(bundle));
    await verify(file('changed.json'));
    await audrey.page.getByText('Tampered with, or not to be trusted').waitFor();
    await audrey.page.getByText('ENTRY_ALTERED').waitFor();
    await audrey.page.getByText('The log has another entry at this position.').waitFor();
    await audrey.picture('evidence-tampered');
  });

  it('A Korean auditor reads the findings of the verifier in Korean', async () => {
    const korean = await Console.open(browser, stack, { language: 'ko' });
    await korean.go('/');
    await korean.signIn('audrey');
    await korean.visit('/evidence');
    const inputs = korean.page.locator('input[type=file]');
    await inputs.nth(0).setInputFiles(file('changed.json'));
    await inputs.nth(1).setInputFiles(file('trust.json'));
    await korean.page.getByRole('button', { name: '검증', exact: true }).click();
    await korean.page.getByText('로그의 이 위치에는 다른 기록이 있습니다.').waitFor();
    await korean.picture('evidence-tampered-ko');
    await korean.close();
  });

  it('The verifier reads evidence saved by PowerShell, and calls no incomplete file tampered with', async () => {
    const text = await readFile(file('bundle.json'), 'utf8');
    await writeFile(file('utf16.json'), `\ufeff${text}\r\n`, 'utf16le');
    await verify(file('utf16.json'));
    await audrey.page.getByText('Nothing was tampered with').waitFor();
    await writeFile(file('torn.json'), text.slice(0, -9));
    await verify(file('torn.json'));
    await audrey.page.getByText('The evidence file cannot be read').waitFor();
  });

  it('An auditor searches the trail by reissue, and finds her own reads recorded', async () => {
    await audrey.page.getByRole('link', { name: 'Audit trail' }).click();
    const search = audrey.page.getByRole('search');
    await search.getByLabel('Reissue id').fill(customer.reissueId);
    await search.getByRole('button', { name: 'Search' }).click();
    const found = audrey.page.getByRole('group', { name: 'Audit trail' });
    await found.getByText('signCertificate').first().waitFor();
    await found.getByRole('row').filter({ hasText: 'exportEvidence' }).getByText('staff:audrey').waitFor();
    expect(new URL(audrey.page.url()).searchParams.get('reissueId')).toBe(customer.reissueId);
    const approved = found.getByRole('row').filter({ hasText: 'exportEvidence' });
    await approved.getByText('staff audrey', { exact: true }).waitFor();
    await approved.getByText('done', { exact: true }).waitFor();
    await approved.getByText('DONE', { exact: true }).waitFor();
    await audrey.picture('audit');
  });

  it.each([
    ['en', 1_440, 'Download to print', 'Access review', 'Keep the rights'],
    ['ko', 390, '인쇄용 문서 내려받기', '월간 접근 검토', '권한 유지'],
  ] as const)(
    'An auditor downloads the monthly review as a document in the language %s',
    async (language, width, button, ...texts) => {
      const look = { language, width, height: 900 };
      const reader = await Console.signedIn(browser, stack, 'audrey', look);
      await reader.visit('/audit');
      const downloading = reader.page.waitForEvent('download');
      await reader.page.getByRole('button', { name: button }).click();
      const download = await downloading;
      await download.saveAs(file(`review-${language}.html`));
      await reader.close();
      const paper = await browser.newPage({ viewport: { width, height: 900 } });
      await paper.goto(`file://${file(`review-${language}.html`)}`);
      const text = await paper.locator('body').innerText();
      for (const part of [...texts, 'Audrey Sample']) expect(text).toContain(part);
      await paper.emulateMedia({ media: 'print' });
      expect((await paper.pdf({ format: 'A4' })).length).toBeGreaterThan(1_000);
      await paper.close();
    },
  );

  it('An auditor exports the search result as JSON Lines and CSV', async () => {
    for (const [button, extension] of [
      ['Export as JSON Lines', 'jsonl'],
      ['Export as CSV', 'csv'],
    ] as const) {
      const downloading = audrey.page.waitForEvent('download');
      await audrey.page.getByRole('button', { name: button }).click();
      const download = await downloading;
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${extension}$`));
      await download.saveAs(file(extension));
      expect(await readFile(file(extension), 'utf8')).toContain(customer.reissueId);
    }
  });
});

async function verify(bundle: string): Promise<void> {
  const inputs = audrey.page.locator('input[type=file]');
  await inputs.nth(0).setInputFiles(bundle);
  await inputs.nth(1).setInputFiles(file('trust.json'));
  await audrey.page.getByRole('button', { name: 'Verify', exact: true }).click();
}
