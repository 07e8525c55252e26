import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Starts the browser that Debian has, without a window. RESEAL_CHROMIUM names another one. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['RESEAL_CHROMIUM'] ?? find('chromium'),
    // Its sandbox does not run as root, as which containers run their tests.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

function find(name: string): string {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  const file = files.find(existsSync);
  if (!file) throw new Error(`There is no ${name}: sudo apt-get install -y ${name} fonts-noto-cjk`);
  return file;
}
