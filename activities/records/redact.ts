/**
 * The members that are kept: they state what happened, and hold no personal data. All others are dropped. A new member
 * of a message is dropped too, until it is added here.
 */
const kept = new Set([
  // Events of Temporal's history.
  ...[
    'eventId',
    'eventTime',
    'eventType',
    'version',
    'attempt',
    'activityId',
    'activityType',
    'name',
    'workflowType',
  ],
  ...[
    'taskQueue',
    'kind',
    'scheduledEventId',
    'startedEventId',
    'workflowTaskCompletedEventId',
    'initiatedEventId',
  ],
  ...[
    'timerId',
    'startToFireTimeout',
    'scheduleToCloseTimeout',
    'startToCloseTimeout',
    'scheduleToStartTimeout',
  ],
  ...['retryPolicy', 'initialInterval', 'backoffCoefficient', 'maximumInterval', 'nonRetryableErrorTypes'],
  ...[
    'maximumAttempts',
    'retryState',
    'firstExecutionRunId',
    'originalExecutionRunId',
    'workflowId',
    'runId',
  ],
  ...[
    'workflowExecution',
    'workflowRunTimeout',
    'workflowTaskTimeout',
    'workflowExecutionTimeout',
    'markerName',
  ],
  ...[
    'signalName',
    'protocolInstanceId',
    'acceptedRequest',
    'acceptedRequestMessageId',
    'meta',
    'updateId',
    'outcome',
  ],
  ...[
    'success',
    'value',
    'request',
    'args',
    'input',
    'payloads',
    'result',
    'details',
    'data',
    'failure',
    'cause',
  ],
  ...[
    'lastFailure',
    'applicationFailureInfo',
    'timeoutFailureInfo',
    'timeoutType',
    'activityFailureInfo',
    'type',
  ],
  ...['nonRetryable', 'source', 'searchAttributes', 'indexedFields', 'ReissueParked', 'CustomerRef'],
  ...[
    'TemporalChangeVersion',
    'patch-data',
    'deprecated',
    'id',
    'is_local',
    'seq',
    'activity_type',
    'activity_id',
  ],
  // Messages and results of our own.
  ...[
    'reissueId',
    'reason',
    'methods',
    'method',
    'parts',
    'consents',
    'termsId',
    'digest',
    'agreed',
    'challengeId',
  ],
  ...[
    'answers',
    'standing',
    'state',
    'alarm',
    'parked',
    'step',
    'code',
    'sequence',
    'status',
    'notify',
    'moment',
  ],
  ...[
    'moments',
    'superseded',
    'customerRef',
    'proceed',
    'retryAfterMs',
    'serial',
    'resume',
    'pending',
    'message',
  ],
  ...['notified', 'sending', 'called', 'repeated', 'suspendCertificate'],
  ...['assess', 'decision', 'verified', 'hours', 'reference'],
  ...['operationId', 'parkSequence', 'apiKeyName', 'keyThumbprint', 'missing'],
]);

/** Whether a member holds the attributes of an event, e.g. `activityTaskScheduledEventAttributes`. */
const isAttributes = (name: string) => /^[a-z][A-Za-z]+EventAttributes$/.test(name);

/** Whether a member is a failure's `message`, free text that may hold anything. A park's `message` is an object. */
const isWords = (name: string, value: unknown) => name === 'message' && typeof value === 'string';

/** Removes names, numbers, addresses, requests and signatures from a history, so that it can be kept for years. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (member === undefined) return [];
    if (isWords(name, member) || !(kept.has(name) || isAttributes(name))) return [];
    return [[name, redact(member)] as const];
  });
  return Object.fromEntries(members);
}
