import type { Kind } from './options.js';

/** A step of a reissue, as the customer sees it. */
export interface StepTime {
  readonly name: string;
  readonly ms: number;
}

/** One reissue that has been made. */
export interface MadeReissue {
  readonly workflowId: string;
  readonly steps: readonly StepTime[];
  readonly ms: number;
}

/** A way to make reissues whose cost is measured. */
export interface Path {
  readonly kind: Kind;
  /** The process that runs only for this path, if the stack does not run it. */
  readonly workerPid?: number;
  /** Prepares the next reissues, which is not measured. @returns one function for each reissue */
  prepare(count: number): Promise<(() => Promise<MadeReissue>)[]>;
  /** Waits until the workflow has closed, and counts the events of its history. */
  historyEvents(workflowId: string): Promise<number>;
  close(): Promise<void>;
}
