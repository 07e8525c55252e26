/**
 * Members that say what happened and never who somebody is. Everything else is left out: what a later version of the
 * workflow puts into its messages stays out too until somebody has decided that it may be kept for years.
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
  ...['operationId', 'parkSequence', 'apiKeyName', 'keyThumbprint', 'missing'],
]);

/** A name of Temporal's is one of its own events' attributes, e.g. `activityTaskScheduledEventAttributes`. */
const isAttributes = (name: string) => /^[a-z][A-Za-z]+EventAttributes$/.test(name);

/** `message` of a failure is words, which nobody vouches for; of a park it is the customer's message, redacted itself. */
const isWords = (name: string, value: unknown) => name === 'message' && typeof value === 'string';

/** What a history may be kept for years with: no names, numbers, addresses, requests or signatures. */
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
