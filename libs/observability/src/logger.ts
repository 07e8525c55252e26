import { pino, stdTimeFunctions, type ChildLoggerOptions, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error.js';
import { logContext } from './log-context.js';
import { LogOutput } from './log-output.js';
import { withoutSecrets } from './without-secrets.js';

const serializers = { err: describeError, error: describeError };
const serialized: ReadonlySet<string> = new Set(Object.keys(serializers));

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
  const logger = pino(
    {
      level,
      base: { app: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutSecrets(fields, serialized),
      },
      mixin: () => ({ ...logContext() }),
      serializers,
    },
    destination,
  );
  const { child } = logger;
  Object.assign(logger, {
    // Formatters do not see the fields that a child adds to its lines.
    child(this: Logger, fields: Record<string, unknown>, options?: ChildLoggerOptions): Logger {
      return Reflect.apply(child, this, [withoutSecrets(fields, serialized), options]);
    },
  });
  if (destination instanceof LogOutput)
    destination.onLost = (lines) =>
      logger.error({ lines }, 'log lines were lost: there was no room for them');
  return logger;
}
