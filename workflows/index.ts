import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { announceExpiry } from './announce-expiry/workflow.js';
import { archive } from './archive/workflow.js';
import { publishCrl } from './publish-crl/workflow.js';
import { reconcile } from './reconcile/workflow.js';
import { releaseHolds } from './release-holds/workflow.js';
import { retention } from './retention/workflow.js';
import { runOperation } from './run-operation/workflow.js';

export { reissueCertificate } from './reissue-certificate/workflow.js';
export { reconcile, publishCrl, releaseHolds, archive, retention, announceExpiry, runOperation };

/**
 * A reissue is pinned to the version of the worker on which it began. These workflows continue on the current version: an
 * operation must not wait for workers that are gone, and a schedule waits for the end of its last run. Temporal refuses a
 * behavior from a worker that has no version.
 */
for (const workflow of [
  reconcile,
  publishCrl,
  releaseHolds,
  archive,
  retention,
  announceExpiry,
  runOperation,
])
  setWorkflowOptions(
    () =>
      workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {},
    workflow as () => Promise<unknown>,
  );
