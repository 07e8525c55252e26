import type { StaffRole } from '#libs/domain';

/** A member of the fictional bank's staff. */
export interface SampleStaff {
  /** The subject of the person's tokens. */
  readonly name: string;
  readonly displayName: string;
  readonly roles: readonly StaffRole[];
}

/** All members of staff who can sign in. */
export const sampleStaff: readonly SampleStaff[] = [
  { name: 'olivia', displayName: 'Olivia Sample', roles: ['operator'] },
  { name: 'oscar', displayName: 'Oscar Sample', roles: ['operator'] },
  { name: 'april', displayName: 'April Sample', roles: ['approver'] },
  { name: 'audrey', displayName: 'Audrey Sample', roles: ['auditor'] },
  { name: 'sam', displayName: 'Sam Sample', roles: ['operator', 'approver'] },
];

export const staffNamed = (name: string): SampleStaff | undefined =>
  sampleStaff.find((staff) => staff.name === name);
