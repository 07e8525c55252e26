export { bootstrap, createApplication } from './bootstrap.js';
export { BuiltFiles, fileResponse } from './built-files.js';
export type { BuiltFile } from './built-files.js';
export { bearerToken } from './bearer.js';
export type { ApplicationOptions } from './bootstrap.js';
export { clientAddress } from './client-address.js';
export { docsController, docsModule } from './docs.js';
export { Documented } from './documented.js';
export { edgeProblem, edgeProblems } from './edge-problems.js';
export type { EdgeProblem } from './edge-problems.js';
export { HealthRegistry, NotReady } from './health.js';
export type { HealthCheck, HealthReport } from './health.js';
export { listenForMetrics } from './metrics-listener.js';
export { HeaderValue } from './header-value.js';
export { idempotencyKeyPattern } from './idempotency-key.js';
export { negotiate } from './negotiate.js';
export {
  createOpenApiDocument,
  describeFeatures,
  openApiPath,
  problemTable,
  writeOpenApi,
} from './openapi.js';
export { problemFactory } from './problem-factory.js';
export type { ProblemOccurrence } from './problem-factory.js';
export { ProblemError } from './problem-error.js';
export type { InputFault, ProblemOptions, ProblemText } from './problem-error.js';
export { defaultProblemTypeBase, preferredLanguage, problemMediaType } from './render-problem.js';
export type { ProblemLanguage, ProblemDocument } from './render-problem.js';
export { defaultPace } from './slow-bodies.js';
export { admitBeforeBody, ConfigureRoute } from './route-config.js';
export { invalidRequest, pointerTo, ValidationPipe } from './validation-pipe.js';
export { StaticPage } from './static-page.js';
