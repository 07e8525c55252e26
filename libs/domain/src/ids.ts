/** The names of Temporal's task queues. */
export const taskQueues = { reissue: 'reissue', signing: 'ca-signing' } as const;

/** How long a worker may take for a workflow task until another worker gets it, e.g. after the first was killed. */
export const workflowTaskTimeoutMs = 5_000;

const workflowPrefix = 'reissue/';

export function workflowIdOf(reissueId: string): string {
  return workflowPrefix + reissueId;
}

export function reissueIdOf(workflowId: string): string | undefined {
  return workflowId.startsWith(workflowPrefix) ? workflowId.slice(workflowPrefix.length) : undefined;
}

/** The id of the activity that checks a VID. */
export function vidCheckActivityIdOf(checkId: string): string {
  return `vid-check/${checkId}`;
}

/** The id of the activity that withdraws a consent. */
export function consentWithdrawalActivityIdOf(reissueId: string, updateId: string): string {
  return `consent-withdrawal/${reissueId}/${updateId}`;
}

/** A reissue id: `ri_` and 32 lower-case hexadecimal digits. */
export const reissueIdPattern = /^ri_[0-9a-f]{32}$/;

/** The nil UUID (RFC 9562 section 5.9), which no customer has. Queries for unknown people use it, for equal durations. */
export const unknownCustomerId = '00000000-0000-0000-0000-000000000000';

/** The bank's own id of a customer. */
export const bankCustomerIdPattern = /^[A-Za-z0-9._:-]{1,64}$/;

/** Search attributes. They hold no personal data, because everyone who can list workflows reads them. */
export const searchAttributes = { parked: 'ReissueParked', customerRef: 'CustomerRef' } as const;

/**
 * The exact text that the customer's old key signs to prove identity. It names no serial, so that it does not reveal
 * which certificate is on file.
 */
export function identityText(reissueId: string, challengeId: string, nonce: string): string {
  return ['reseal/identity/v1', reissueId, challengeId, nonce].join('\n');
}

/**
 * The exact text that the customer's new key signs to prove that the certificate works in the app. Purpose and version
 * come first, so that the signature is valid for nothing else.
 */
export function registrationText(reissueId: string, serial: string, nonce: string): string {
  return ['reseal/registration/v1', reissueId, serial, nonce].join('\n');
}
