import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { stateFolder } from '../../support/app-environment.js';

/** Saves a picture of the whole page in the state folder, if RESEAL_SCREENSHOTS asks for pictures. */
export async function savePicture(page: Page, name: string): Promise<void> {
  if (process.env['RESEAL_SCREENSHOTS'] !== '1') return;
  const folder = join(stateFolder(), 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
