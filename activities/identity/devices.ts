import { isKnownDevice, recordKnownDevice } from '#libs/db/identity';
import type { ReissueChange } from '#activities/step';

/**
 * Knows the device from now on from which somebody proved to be this customer. If it was not known before, or the
 * client names none, the customer is told, at the contact on file.
 */
export async function meetDevice(change: ReissueChange, customerId: string): Promise<void> {
  const { tx, now } = change;
  const { device } = change.row;
  if (device === null || !(await isKnownDevice(tx, customerId, device))) change.notify.push('NEW_DEVICE');
  if (device !== null) await recordKnownDevice(tx, customerId, device, now);
}
