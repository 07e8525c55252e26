import type { NotificationKind } from '#libs/domain';

const minute = 60_000;

/**
 * How long a notification waits, in milliseconds. A customer who registers the new certificate at once gets only the
 * notification of the registration, which names the issuance too; one who left gets this one. One who had to wait for the
 * issuance has left.
 */
const waits: Readonly<Partial<Record<NotificationKind, number>>> = { ISSUED: 5 * minute };

/** The kinds that another one of the same step makes superfluous: both say what happened and what to do if it was not you. */
const included: Readonly<Partial<Record<NotificationKind, NotificationKind>>> = {
  HELD: 'NEW_DEVICE',
  REVOKED: 'NEW_DEVICE',
};

/**
 * What a step sends of the notifications that follow from it, and when.
 *
 * @param waited whether the customer had to wait before the certificate was signed
 */
export function sentOfStep(
  kinds: readonly NotificationKind[],
  { now, waited }: { readonly now: Date; readonly waited: boolean },
): { readonly kind: NotificationKind; readonly due: Date }[] {
  const superfluous = kinds.map((kind) => included[kind]);
  return kinds
    .filter((kind) => !superfluous.includes(kind))
    .map((kind) => ({ kind, due: new Date(now.getTime() + (waited ? 0 : (waits[kind] ?? 0))) }));
}
