import { Controller, Get, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

/** Rejects if the dependency cannot be used now. */
export type HealthCheck = () => unknown;
type CheckResult = { status: 'up' | 'down'; ms: number; reason?: string };
export interface HealthReport {
  /** `degraded`: ready, but something that only part of its work needs is down. */
  status: 'up' | 'degraded' | 'down' | 'draining';
  checks: Record<string, CheckResult>;
}

const checkTimeoutMs = 1000;

/** A reason why a process is not ready, which readiness shows. The messages of other errors are not shown. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

interface Check {
  readonly check: HealthCheck;
  readonly required: boolean;
}

/** The health checks of this process. Each feature registers the checks of its dependencies. */
@Injectable()
export class HealthRegistry implements OnModuleDestroy {
  private readonly checks = new Map<string, Check>();
  private readonly gates: (() => void)[] = [];
  private readonly down = new Set<string>();
  private readonly logger = new Logger(HealthRegistry.name);
  private readonly shutdown = new AbortController();
  private running: Promise<HealthReport> | undefined;

  /** Aborts when the process closes. Long responses (streams) should end then. */
  readonly closing = this.shutdown.signal;
  /** Whether the process will close, and gets no new work. */
  draining = false;

  /**
   * Registers a check, which may take one second. The name must be unique. While a check fails that is not `required`, the
   * process is ready, but degraded.
   */
  register(name: string, check: HealthCheck, { required = true } = {}): void {
    if (this.checks.has(name)) throw new Error(`health check ${name} is registered twice`);
    this.checks.set(name, { check, required });
  }

  /**
   * Registers a condition for any work. While `check` throws, this process is not ready, with the error's message as the
   * reason, and the edge answers 503 to all requests but liveness.
   */
  registerGate(name: string, check: () => void): void {
    this.register(name, () => {
      try {
        check();
      } catch (error) {
        throw new NotReady((error as Error).message);
      }
    });
    this.gates.push(check);
  }

  /** @throws the error of a closed gate */
  admit(): void {
    for (const check of this.gates) check();
  }

  /** Makes this process not ready, so that no new work is sent to it. */
  drain(): void {
    this.draining = true;
  }

  onModuleDestroy(): void {
    this.drain();
    this.shutdown.abort();
  }

  /** Runs all checks in parallel. Concurrent callers share one run. */
  report(): Promise<HealthReport> {
    return (this.running ??= this.runChecks().finally(() => (this.running = undefined)));
  }

  private async runChecks(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, { check }]) => [name, await this.run(name, check)] as const),
    );
    return { status: this.statusAfter(entries), checks: Object.fromEntries(entries) };
  }

  private statusAfter(results: readonly (readonly [name: string, result: CheckResult])[]) {
    if (this.draining) return 'draining';
    const down = results.filter(([, { status }]) => status === 'down').map(([name]) => name);
    if (down.some((name) => this.checks.get(name)!.required)) return 'down';
    return down.length > 0 ? 'degraded' : 'up';
  }

  private async run(name: string, check: HealthCheck): Promise<CheckResult> {
    const started = performance.now();
    const result = (status: 'up' | 'down', reason?: string): CheckResult => ({
      status,
      ms: Math.round(performance.now() - started),
      ...(reason === undefined ? {} : { reason }),
    });
    try {
      await withTimeout(check);
      if (this.down.delete(name)) this.logger.log(`${name} is up again`);
      return result('up');
    } catch (error) {
      // Readiness is polled, so that only changes are logged.
      if (!this.down.has(name)) this.logger.warn({ check: name, err: error }, 'not ready');
      this.down.add(name);
      return result('down', error instanceof NotReady ? error.message : undefined);
    }
  }
}

async function withTimeout(check: HealthCheck): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs);
  });
  try {
    await Promise.race([Promise.resolve().then(check), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Liveness of every application. Readiness and metrics are on the listener of `metrics-listener.ts`. */
@ApiExcludeController()
@Controller()
export class HealthController {
  @Get('health/live')
  live(): { status: 'up' } {
    return { status: 'up' };
  }
}
