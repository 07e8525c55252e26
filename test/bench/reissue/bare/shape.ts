/** Names that workflow, worker and client of the bare shape share. It depends on nothing, because workflow code imports it. */
export const bareNames = {
  namespace: 'bench-bare',
  taskQueue: 'bare',
  signingQueue: 'bare-signing',
  workflow: 'bareReissue',
  update: 'step',
} as const;

/** The customer's calls. Each is an update. */
export const bareSteps = [
  'start',
  'identity',
  'password',
  'consents',
  'certificate',
  'registration',
] as const;
export type BareStep = (typeof bareSteps)[number];

/** Activities that do nothing. */
export interface BareActivities {
  record(step: BareStep): Promise<void>;
  sign(): Promise<void>;
}
