import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Starts Debian's Chromium without its window, which halves what it costs, or the browser that RESEAL_CHROMIUM names. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['RESEAL_CHROMIUM'] ?? find('chromium-headless-shell'),
    // Chromium's sandbox does not run as root, and containers run tests as root.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

function find(name: string): string {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  const file = files.find(existsSync);
  if (!file) throw new Error(`There is no ${name}: sudo apt-get install -y ${name} fonts-noto-cjk`);
  return file;
}
