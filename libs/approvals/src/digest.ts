import type { OperationKind, OperationParameters } from '#libs/domain';
import { digestOfJson } from '#libs/audit-proofs';

/** The content of an operation, which a person reads before they confirm or approve it. */
export interface OperationContent {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly requestedBy: string;
  readonly parameters: OperationParameters;
  readonly reason: string;
  readonly items: readonly ContentItem[];
}

export interface ContentItem {
  readonly target: string;
  /** Retries only: the number of the reissue's parking. */
  readonly parkSequence: number | null;
  readonly plan: Readonly<Record<string, unknown>>;
}

/**
 * The digest that a confirmation and an approval name: SHA-256 over the canonical JSON (RFC 8785) of the content,
 * hexadecimal. Any later change gives another digest.
 */
export function digestOfOperation(content: OperationContent): string {
  const { operationId, kind, requestedBy, parameters, reason, items } = content;
  const exactly = items.map(({ target, parkSequence, plan }) => ({ target, parkSequence, plan }));
  return digestOfJson({ operationId, kind, requestedBy, parameters, reason, items: exactly });
}
