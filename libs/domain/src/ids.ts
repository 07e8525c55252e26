/** The one place that knows the public names by which Temporal knows us. */
export const taskQueues = { reissue: 'reissue', signing: 'ca-signing' } as const;

/** How long a worker may be silent over a workflow task until another gets it: a killed worker is noticed by this. */
export const workflowTaskTimeoutMs = 5_000;

const workflowPrefix = 'reissue/';

export function workflowIdOf(reissueId: string): string {
  return workflowPrefix + reissueId;
}

export function reissueIdOf(workflowId: string): string | undefined {
  return workflowId.startsWith(workflowPrefix) ? workflowId.slice(workflowPrefix.length) : undefined;
}

/** The activity that checks a VID. */
export function vidCheckActivityIdOf(checkId: string): string {
  return `vid-check/${checkId}`;
}

/** The activity that takes a consent back. */
export function consentWithdrawalActivityIdOf(reissueId: string, updateId: string): string {
  return `consent-withdrawal/${reissueId}/${updateId}`;
}

/** A reissue id: `ri_` and 32 lower-case hexadecimal digits. */
export const reissueIdPattern = /^ri_[0-9a-f]{32}$/;

/** The nil UUID (RFC 9562 section 5.9) in place of an unknown customer's id: unknown persons cause the same queries. */
export const unknownCustomerId = '00000000-0000-0000-0000-000000000000';

/** Search attributes are readable by everyone who can list workflows: no personal data in them. */
export const searchAttributes = { parked: 'ReissueParked', customerRef: 'CustomerRef' } as const;

/**
 * The exact bytes the customer's old key signs to prove who they are. It names no serial: which certificate is on
 * file is not told to anybody before that.
 */
export function identityText(reissueId: string, challengeId: string, nonce: string): string {
  return ['reseal/identity/v1', reissueId, challengeId, nonce].join('\n');
}

/**
 * The exact bytes the customer's new key signs to prove that the certificate works in the app. Purpose and
 * version come first, so that the signature can never be taken for a signature of anything else.
 */
export function registrationText(reissueId: string, serial: string, nonce: string): string {
  return ['reseal/registration/v1', reissueId, serial, nonce].join('\n');
}
