import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#libs/observability';

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'trace';

/** Contexts in which Nest logs each module and route at its start. They are logged at level debug. */
const frameworkContexts = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Writes the lines of Nest's `new Logger(Some.name)` to pino. An object as first argument becomes the fields of the line, and
 * a string after it the message: `logger.warn({ attempt: 2 }, 'sent again')`.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    const quiet = level === 'info' && context !== undefined && frameworkContexts.has(context);
    const write = this.pino[quiet ? 'debug' : level].bind(this.pino);
    const [first] = rest.slice(0, -1);
    if (message instanceof Error) write({ context, err: message }, message.message);
    else if (typeof message === 'object' && message !== null)
      write({ context, ...message }, typeof first === 'string' ? first : undefined);
    else
      write(
        {
          context,
          ...(first instanceof Error ? { err: first } : {}),
          ...(isStack(first) ? { stack: first } : {}),
        },
        String(message),
      );
  }
}

const isStack = (value: unknown): value is string => typeof value === 'string' && value.includes('\n    at ');
