import decodeQR from 'qr/decode.js';
import sharp from 'sharp';
import type { Page } from 'playwright-core';

/** Reads the QR code on a page from a picture of it, as a camera does. */
export async function readQrCode(page: Page): Promise<string> {
  const picture = await page.locator('svg.qr').screenshot();
  const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return decodeQR({ width: info.width, height: info.height, data: new Uint8Array(data) });
}
