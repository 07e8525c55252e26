import { recordKnownDevice } from '#libs/db/identity';
import type { ReissueChange } from '#activities/step';

/**
 * Records the device on which identity was verified as a known device of the customer. Notifies the customer if it was not
 * known before, or if the client names no device.
 */
export function recordDevice(change: ReissueChange, customerId: string, known: boolean): void {
  const { tx, now } = change;
  const { device } = change.row;
  if (!known) change.notify.push('NEW_DEVICE');
  if (device !== null) change.add(recordKnownDevice(tx, customerId, device, now));
}
