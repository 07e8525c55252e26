import { createServer, type Server } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { buildExample, packClient } from '../support/client-package.js';
import { connectToStack } from '../support/running-stack.js';
import { startChromium } from './support/chromium.js';

jest.setTimeout(300_000);

const stack = connectToStack();
const work = mkdtempSync(join(tmpdir(), 'reseal-front-end-'));
const address = new URL(process.env['RESEAL_EXAMPLE_URL']!);
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };
let browser: Browser;
const servers: Server[] = [];

/** Serves the built example at a port of this host. */
async function serve(built: string, port: number): Promise<number> {
  const server = createServer(({ url = '/' }, response) => {
    const file = url === '/' ? '/index.html' : url;
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(join(built, file)));
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  return (server.address() as { port: number }).port;
}

let built: string;
beforeAll(async () => {
  built = buildExample(packClient(work), join(work, 'example'), stack.addresses.gateway);
  await serve(built, Number(address.port));
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  for (const server of servers) server.close();
  rmSync(work, { recursive: true });
  await stack.close();
});

const status = (page: Page) => page.getByRole('status');

it('The example of a front end, built from the client’s package, reissues a certificate from its own origin', async () => {
  const person = await stack.sandbox.makePerson('EXPIRED');
  const page = await browser.newPage({ acceptDownloads: true });
  page.setDefaultTimeout(60_000);
  await page.goto(address.href);
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Mobile number').fill('not a number');
  await page.getByRole('button', { name: 'send the codes' }).click();
  await status(page).getByText('invalid content').waitFor();

  await page.getByLabel('Mobile number').fill(person.mobile);
  await page.getByRole('button', { name: 'send the codes' }).click();
  await status(page).getByText('Enter the codes').waitFor();
  await page.getByLabel('depositor').fill(await stack.sandbox.depositCode(person));
  await page.getByLabel('Code by SMS').fill(await stack.sandbox.phoneCode(person));
  await page.getByRole('button', { name: 'Verify' }).click();
  await status(page).getByText('Enter the password').waitFor();

  await page.getByLabel('Certificate password').fill('wrong-Password-1!');
  await page.getByRole('button', { name: 'request the certificate' }).click();
  await status(page).getByText('password is wrong').waitFor();
  await page.getByLabel('Certificate password').fill(person.certificatePassword);
  await page.getByRole('button', { name: 'request the certificate' }).click();
  await status(page).getByText('Save your certificate').waitFor();

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'private key' }).click();
  await page.getByLabel('Saved private key').setInputFiles(await (await downloading).path());
  await page.getByRole('button', { name: 'Register' }).click();
  await status(page).getByText('is registered').waitFor();
  await page.close();
});

it('A page of an origin that the API key does not list cannot call the API', async () => {
  const port = await serve(built, 0);
  const page = await browser.newPage();
  const blocked = page.waitForEvent('console', (message) => /blocked by CORS policy/.test(message.text()));
  await page.goto(`http://127.0.0.1:${port}`);
  await blocked;
  await page.close();
});
