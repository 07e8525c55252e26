import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error.js';
import { logContext } from './log-context.js';
import { LogOutput } from './log-output.js';

// Secrets must not be passed to the logger. This list is a second line of defence.
const secretFields = [
  'authorization',
  'cookie',
  'password',
  'newPassword',
  'passphrase',
  'rrn',
  'answer',
  'jwe',
  'token',
  'accessToken',
  'apiKey',
  'privateKey',
  'vidRandom',
  'secret',
  'body',
  'headers',
];

let stdout: LogOutput | undefined;
/** Shared by all loggers of the process, so that waiting lines stay in order. */
const standardOutput = () => (stdout ??= new LogOutput(1));

export interface LoggerOptions {
  /** Name of the application, on every line. */
  name: string;
  /** The least severe level that is written. */
  level?: string;
  /** Destination of the lines; stdout by default. */
  destination?: DestinationStream;
}

/** Creates the application's logger: one JSON object per line, with the trace id of the request or activity. */
export function createLogger({
  name,
  level = 'info',
  destination = standardOutput(),
}: LoggerOptions): Logger {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const logger = pino(
    {
      level,
      base: { app: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...logContext() }),
      serializers: { err: describeError, error: describeError },
      redact: { paths, censor: '[redacted]' },
    },
    destination,
  );
  if (destination instanceof LogOutput)
    destination.onLost = (lines) =>
      logger.error({ lines }, 'log lines were lost: there was no room for them');
  return logger;
}
