/** What the page runs on, to offer first what fits it. */
export type Device = 'PHONE' | 'WINDOWS' | 'MACOS' | 'LINUX';

export function thisDevice(): Device {
  // A phone or tablet is touched. Its user agent may name a desktop.
  if (matchMedia('(pointer: coarse)').matches && !matchMedia('(any-pointer: fine)').matches) return 'PHONE';
  const { userAgent } = navigator;
  if (userAgent.includes('Windows')) return 'WINDOWS';
  return userAgent.includes('Mac OS') ? 'MACOS' : 'LINUX';
}

/** Where programs look for joint certificates. */
export const npkiPlaces: Readonly<Record<Exclude<Device, 'PHONE'>, string>> = {
  WINDOWS: String.raw`%USERPROFILE%\AppData\LocalLow`,
  MACOS: '~/Library/Preferences',
  LINUX: '~',
};
