import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { koreanDayOf } from '#libs/domain';
import type { Browser } from 'playwright-core';
import type { Customer } from '../support/customer.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';
import { startChromium } from './support/chromium.js';
import { Console } from './support/console.js';
import { parkedCustomers } from './support/parked.js';

jest.setTimeout(180_000);
const stack = connectToStack();
let browser: Browser;
let olivia: Console;
let oscar: Console;
/** Parking takes a minute; other tests run meanwhile. */
let parking: Promise<Customer[]>;
let served: Customer;

beforeAll(async () => {
  browser = await startChromium();
  served = await stack.newCustomer('VALID');
  await served.completeReissue();
  parking = parkedCustomers(stack, 2);
  parking.catch(() => undefined); // the test that awaits it sees the error
  olivia = await Console.signedIn(browser, stack, 'olivia', { width: 1_440, height: 900 });
  oscar = await Console.signedIn(browser, stack, 'oscar', {
    language: 'ko',
    scheme: 'dark',
    width: 390,
    height: 844,
  });
});
afterAll(async () => {
  for (const console of [olivia, oscar]) await console?.close();
  await browser.close();
  await stack.sandbox.clearFaults();
  await stack.close();
});

describe('the first page of the console', () => {
  /** The cells of the last row of the table behind a chart. */
  async function lastRow(title: string): Promise<string[]> {
    const card = olivia.page.getByRole('region', { name: title });
    await card.locator('.chart svg').first().waitFor();
    const details = card.locator('details');
    if ((await details.getAttribute('open')) === null) await card.getByText('Show as a table').click();
    return card.getByRole('row').last().getByRole('cell').allInnerTexts();
  }

  it('A chart of the first page and the table behind it have the counts of the database', async () => {
    await until('the chart to show today’s counts', async () => {
      await olivia.go('/');
      const [, arrivals, registered] = await lastRow('Started and registered in the last 14 days');
      const today = koreanDayOf(new Date());
      const rows = await stack.db.selectFrom('reissue').select(['created_at', 'ended_at', 'state']).execute();
      const started = rows.filter((row) => koreanDayOf(row.created_at) === today).length;
      const done = rows.filter(
        ({ state, ended_at: end }) => state === 'REGISTERED' && end && koreanDayOf(end) === today,
      ).length;
      return arrivals === String(started) && registered === String(done);
    });
    const [, median] = await lastRow('Seconds from the start to the certificate');
    expect(median).toMatch(/^[\d.,]+ s$/);
    expect(await olivia.accessibilityFindings()).toEqual([]);
    await olivia.picture('home-charts');
  });

  it('The first page says in words which system is in trouble', async () => {
    await parking;
    await oscar.visit('/');
    const systems = oscar.page.getByRole('region', { name: '외부 시스템과 인증기관' });
    await until('the figures to have the parked reissues', async () => {
      await oscar.page.reload();
      await systems.getByRole('status').waitFor();
      return (await systems.getByRole('status').innerText()).includes('통신사(휴대폰 인증번호)');
    });
    await systems.getByText('장애', { exact: true }).first().waitFor();
    await oscar.picture('home-ko-390');
  });
});

describe('a parked reissue', () => {
  it('A parked reissue has a badge of its own, and the list says in words which system it waits for', async () => {
    await parking;
    await oscar.visit('/reissues?parked=true');
    const table = oscar.page.getByRole('group', { name: '재발급', exact: true });
    await table.getByText('멈춤: 본인확인 대기').first().waitFor();
    await table.getByText('여러 외부 시스템').first().waitFor(); // two providers were asked at once
    // The longest wait comes first, and on a phone the list comes before the filters.
    const links = await table.locator('a[href^="/reissues/"]').all();
    const listed = await Promise.all(
      links.map(async (link) => (await link.getAttribute('href'))!.replace('/reissues/', '')),
    );
    const rows = await stack.db
      .selectFrom('reissue')
      .select(['reissue_id', 'parked_since'])
      .where('reissue_id', 'in', listed)
      .execute();
    const since = listed.map((id) => rows.find((row) => row.reissue_id === id)!.parked_since!.getTime());
    expect(since.length).toBeGreaterThanOrEqual(2);
    expect(since).toEqual(since.toSorted((one, other) => one - other));
    const filters = oscar.page.getByRole('region', { name: '조건' });
    expect((await table.boundingBox())!.y).toBeLessThan((await filters.boundingBox())!.y);
    await oscar.picture('parked-ko-390');
  });

  it('An operator who claims a parked reissue keeps it out of the plans of others, who see the claim and the note', async () => {
    const [first] = await parking;
    const { page } = olivia;
    await oscar.visit(`/reissues/${first!.reissueId}`);
    await oscar.page.getByText('아직 담당 운영자가 없습니다.').waitFor();
    await olivia.visit(`/reissues/${first!.reissueId}`);
    await page.getByRole('button', { name: 'I work on this' }).click();
    await page.getByText('You work on this until', { exact: false }).waitFor();
    await page.getByRole('textbox', { name: 'Leave a note' }).fill('the customer calls again at three');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('the customer calls again at three').waitFor();
    await olivia.picture('reissue-claimed');

    // The open window of the other operator updates by itself.
    await oscar.page.getByText('직원 olivia이(가)', { exact: false }).waitFor();
    await oscar.page.getByText('the customer calls again at three').waitFor();
    await oscar.page.getByRole('button', { name: '재시도…' }).click();
    const dialog = oscar.page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: '사유' }).fill('통신사가 복구되었습니다');
    await dialog.getByRole('button', { name: '미리 보기' }).click();
    await dialog.getByText('변경 없음 1건: 다른 운영자가 처리 중').waitFor();
    const targets = dialog.getByRole('group', { name: '대상', exact: true });
    await targets.getByText('다른 운영자가 처리 중', { exact: false }).waitFor();
    const table = `document.querySelector('[role=dialog] .stacked')`;
    const beyond = `${table}.scrollWidth - ${table}.clientWidth`;
    expect(await oscar.page.evaluate<number>(beyond)).toBeLessThanOrEqual(0);
    await oscar.picture('retry-claimed-ko-390');
    await oscar.page.keyboard.press('Escape');
    await oscar.page.getByRole('button', { name: '담당 넘겨받기' }).click();
    await oscar.page.getByText('내가', { exact: false }).first().waitFor();
    await page.getByText('Claimed by staff oscar', { exact: false }).waitFor();
    expect(await oscar.accessibilityFindings()).toEqual([]);
  });
});

describe('the inventory of certificates', () => {
  it('The inventory leads from a count to its list, which comes before the search on a phone', async () => {
    const { page } = oscar;
    await oscar.visit('/certificates');
    const card = page.getByRole('region', { name: '인증서 현황' });
    await page.locator('.chart svg').first().waitFor();
    await oscar.picture('inventory-ko-390');
    await card.getByRole('link', { name: '유효', exact: true }).click();
    const list = page.getByRole('group', { name: '인증서', exact: true });
    await list.getByText('유효', { exact: true }).first().waitFor();
    const search = page.getByRole('search', { name: '일련번호로 찾기' });
    expect((await list.boundingBox())!.y).toBeLessThan((await search.boundingBox())!.y);
    expect(await oscar.accessibilityFindings()).toEqual([]);
  });
});

describe('a customer who calls', () => {
  it('An operator finds the reissues of a caller by name and mobile number, with a reason', async () => {
    const { page } = olivia;
    await olivia.visit('/reissues');
    await page.getByRole('button', { name: 'Find by name and mobile number…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(served.person.name);
    await dialog.getByRole('textbox', { name: 'Mobile number' }).fill(served.person.mobile);
    await dialog.getByRole('button', { name: 'Search' }).click();
    await dialog.getByText('Write a reason of at least 5 characters.').waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('the customer is on the phone');
    expect(await olivia.accessibilityFindings()).toEqual([]);
    await olivia.picture('find-caller');
    await dialog.getByRole('button', { name: 'Search' }).click();
    await dialog.getByRole('link', { name: /^Reissues of / }).click();
    await page.locator(`a[href="/reissues/${served.reissueId}"]`).waitFor();
    const entry = await stack.db
      .selectFrom('authority_entry')
      .selectAll()
      .where('action', '=', 'findCustomer')
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(entry).toMatchObject({ actor: 'staff:olivia', reason: 'the customer is on the phone' });
    const { name, mobile } = served.person;
    expect([name, mobile].some((secret) => JSON.stringify(entry).includes(secret))).toBe(false);
  });

  it('An operator opens a reissue by the trace id that a caller reads out', async () => {
    const { trace_id: traceId } = await stack.db
      .selectFrom('received_call')
      .select('trace_id')
      .where('reissue_id', '=', served.reissueId)
      .where('trace_id', 'is not', null)
      .limit(1)
      .executeTakeFirstOrThrow();
    const { page } = olivia;
    await olivia.visit('/reissues');
    const find = page.getByRole('textbox', { name: 'Find by receipt number, reissue id or trace id' });
    await find.fill('hello');
    await find.press('Enter');
    await page.getByText('Enter a receipt number', { exact: false }).waitFor();
    await find.fill(traceId!);
    await find.press('Enter');
    await page.waitForURL(new RegExp(`/reissues/${served.reissueId}$`));
  });
});
