import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ProblemError } from '#libs/http';
import { isDependencyDown } from '#libs/temporal';
import { catchError, throwError, type Observable } from 'rxjs';
import { unavailable } from './problems.js';

/** Answers 503 with Retry-After, never 500, while PostgreSQL or Temporal is down. */
@Injectable()
export class DependencyErrors implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(
        catchError((error: unknown) =>
          throwError(() =>
            error instanceof ProblemError || !isDependencyDown(error) ? error : unavailable(error),
          ),
        ),
      );
  }
}
