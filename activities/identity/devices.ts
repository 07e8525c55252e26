import { isKnownDevice, recordKnownDevice } from '#libs/db/identity';
import type { ReissueChange } from '#activities/step';

/**
 * Records the device on which identity was verified as a known device of the customer. Notifies the customer if it was not
 * known before, or if the client names no device.
 */
export async function recordDevice(change: ReissueChange, customerId: string): Promise<void> {
  const { tx, now } = change;
  const { device } = change.row;
  if (device === null || !(await isKnownDevice(tx, customerId, device))) change.notify.push('NEW_DEVICE');
  if (device !== null) await recordKnownDevice(tx, customerId, device, now);
}
