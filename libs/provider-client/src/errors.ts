/**
 * The provider cannot be used now, and what was asked of it was not done. Repeat later. Messages of these
 * errors name provider, status and error code: never a request, an answer or a person.
 */
export class ProviderUnavailable extends Error {
  override readonly name: string = 'ProviderUnavailable';

  constructor(
    message: string,
    /** The HTTP status, where there was one. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** Too many calls failed of late, so the provider was not called. */
export class CircuitOpen extends ProviderUnavailable {}

/**
 * Nobody knows whether the provider did what was asked: the connection broke, the answer came too late or made
 * no sense. Ask by the request's id before repeating it.
 */
export class OutcomeUnknown extends ProviderUnavailable {
  override readonly name = 'OutcomeUnknown';
}

/** The provider refused the request as such (HTTP 4xx). Repeating it as it is will not help. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Whether what was asked was surely not done, so that it may be asked again, or of somebody else. */
export function surelyNotDone(error: unknown): error is ProviderUnavailable {
  return error instanceof ProviderUnavailable && !(error instanceof OutcomeUnknown);
}
