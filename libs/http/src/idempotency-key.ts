/**
 * A value of the header Idempotency-Key: 16 to 128 printable ASCII characters. Spaces within it are allowed, as in the
 * string of draft-ietf-httpapi-idempotency-key-header section 2.1; HTTP removes spaces around it.
 */
export const idempotencyKeyPattern = /^[\x20-\x7e]{16,128}$/;
