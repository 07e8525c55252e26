import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error.js';
import { logContext } from './log-context.js';
import { LogOutput } from './log-output.js';

// Nothing that holds a secret should ever be handed to the logger; this is the net beneath.
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
/** One for all loggers of the process, so that lines that waited stay in order. */
const standardOutput = () => (stdout ??= new LogOutput(1));

export interface LoggerOptions {
  /** Name of the application, on every line. */
  name: string;
  /** The least severe level that is written. */
  level?: string;
  /** Where lines go; stdout by default. */
  destination?: DestinationStream;
}

/** The application's logger: one JSON object a line, with the trace id of the request or activity that wrote it. */
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
