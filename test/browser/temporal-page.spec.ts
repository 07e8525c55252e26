import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import type { StaffName } from '../support/sandbox.js';
import { StaffMember } from '../support/staff.js';
import { startChromium } from './support/chromium.js';
import { Console } from './support/console.js';

jest.setTimeout(120_000);
const stack = connectToStack();
let browser: Browser;
let customer: Customer;
beforeAll(async () => {
  browser = await startChromium();
  customer = await stack.newCustomer('VALID');
  await customer.completeReissue();
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

/** Opens a reissue in the console, and follows its link to Temporal. */
async function follow(name: StaffName): Promise<{ console: Console; page: Page }> {
  const console = await Console.signedIn(browser, stack, name);
  const path = `/reissues/${customer.reissueId}`;
  const { temporalUrl } = expectSuccess(
    await new StaffMember(stack, name).get<{ temporalUrl: string }>(`/v1${path}`),
  );
  console.expectVisitTo(temporalUrl);
  await console.go(path);
  const [page] = await Promise.all([
    console.context.waitForEvent('page'),
    console.page.getByRole('link', { name: /Temporal/ }).click(),
  ]);
  return { console, page };
}

const decodes = async () =>
  (
    await stack.db
      .selectFrom('authority_entry')
      .select(['actor', 'details'])
      .where('action', '=', 'decodePayloads')
      .execute()
  ).filter(({ details }) => JSON.stringify(details).includes(customer.reissueId));

describe('Temporal’s own page', () => {
  it('Temporal’s page shows decoded payloads to an auditor from the console, and the read is recorded', async () => {
    const { console, page } = await follow('audrey');
    await page.getByText('"REGISTERED"').first().waitFor();
    await console.picture('temporal-page', page);
    expect(new Set((await decodes()).map(({ actor }) => actor))).toEqual(new Set(['staff:audrey']));
    await console.close();
  });

  it('Temporal’s page shows encoded payloads to a person without the right', async () => {
    const before = (await decodes()).length;
    const { page, console } = await follow('april');
    await page.getByText('To see payloads, open the reissue in the console').waitFor();
    expect(await page.getByText('"REGISTERED"').count()).toBe(0);
    expect((await decodes()).length).toBe(before);
    await console.close();
  });
});
