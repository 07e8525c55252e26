import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '#libs/config';
import {
  connectTemporalClient,
  ensureSchedules,
  grpcStatus,
  grpcStatusOf,
  outdatedSchedules,
  scheduleIds,
  temporalServerOf,
} from '#libs/temporal';
import type { SetupCommand } from '../command.js';
import { temporalSetupConfig, type TemporalSetupConfig } from '../config.js';
import type { ServerErrors } from '../failures.js';
import { runPlan, type Plan, type Step } from '../steps.js';

/** Search attributes of reissues, with Temporal's IndexedValueType numbers. */
const searchAttributes = { ReissueParked: 5 /* Bool */, CustomerRef: 2 /* Keyword */ };

/** Reseal archives the history of a reissue within minutes after its end. */
const newRetentionDays = 3;
const duration = (days: number) => ({ seconds: days * 86_400 });
/** A new namespace, and a new attribute, is known to every service of Temporal within ten seconds. */
const spreadMs = 60_000;

const refusals: readonly unknown[] = [grpcStatus.permissionDenied, grpcStatus.unauthenticated];

export const temporalErrors: ServerErrors = {
  name: 'Temporal',
  caused: (error) => grpcStatusOf(error) !== undefined || error.name === 'ServiceError',
  remedy: (error) =>
    refusals.includes(grpcStatusOf(error))
      ? 'Give the credentials in RESEAL_TEMPORAL_* the right to administer the namespace, or have an administrator run this command.'
      : undefined,
};

/** Namespace, search attributes and schedules. */
export const temporalCommand: SetupCommand = {
  server: temporalErrors,
  async run(options) {
    await runPlan('temporal', await planTemporal(loadConfig(temporalSetupConfig, options.env)), options);
  },
};

async function planTemporal(config: TemporalSetupConfig): Promise<Plan> {
  const temporal = connectTemporalClient({ ...temporalServerOf(config), dataConverter: {} });
  const { client } = temporal;
  const { temporalNamespace: namespace, temporalRetentionDays: retentionDays } = config;
  const { workflowService, operatorService } = client.connection as never as Services;
  try {
    const steps: Step[] = [];
    const found = await workflowService.describeNamespace({ namespace }).catch(unless(grpcStatus.notFound));
    if (!found)
      steps.push({
        what: `register the namespace ${namespace}, with histories kept for ${retentionDays ?? newRetentionDays} days`,
        run: async () => {
          const workflowExecutionRetentionPeriod = duration(retentionDays ?? newRetentionDays);
          await workflowService
            .registerNamespace({ namespace, workflowExecutionRetentionPeriod })
            .catch(unless(grpcStatus.alreadyExists));
          await eventually(() => operatorService.listSearchAttributes({ namespace }));
        },
      });
    else if (retentionDays !== undefined && retentionOf(found) !== duration(retentionDays).seconds)
      steps.push({
        what: `keep histories of the namespace ${namespace} for ${retentionDays} days`,
        run: async () => {
          const config = { workflowExecutionRetentionTtl: duration(retentionDays) };
          await workflowService.updateNamespace({ namespace, config });
        },
      });

    const present = found ? (await operatorService.listSearchAttributes({ namespace })).customAttributes : {};
    const missing = Object.entries(searchAttributes).filter(([name]) => !(name in present));
    if (missing.length > 0)
      steps.push({
        what: `add the search attributes ${missing.map(([name]) => name).join(', ')}`,
        run: async () => {
          await operatorService
            .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) })
            .catch(unless(grpcStatus.alreadyExists));
          // The query succeeds only when every service knows the attributes.
          const query = 'ReissueParked = true AND CustomerRef = "-"';
          await eventually(() => workflowService.countWorkflowExecutions({ namespace, query }));
        },
      });

    const outdated = found ? await outdatedSchedules(client) : scheduleIds;
    if (outdated.length > 0)
      steps.push({
        what: `write the schedules ${outdated.join(', ')}`,
        run: () => eventually(() => ensureSchedules(client)),
      });
    return { steps, close: () => temporal.close() };
  } catch (error) {
    await temporal.close();
    throw error;
  }
}

interface Namespace {
  readonly config?: { readonly workflowExecutionRetentionTtl?: { readonly seconds?: unknown } | null } | null;
}

/** Seconds. */
const retentionOf = ({ config }: Namespace): number => Number(config?.workflowExecutionRetentionTtl?.seconds);

/** The calls of Temporal's services that are made here. protobufjs takes a number for a Long. */
interface Services {
  readonly workflowService: {
    describeNamespace(request: object): Promise<Namespace>;
    registerNamespace(request: object): Promise<unknown>;
    updateNamespace(request: object): Promise<unknown>;
    countWorkflowExecutions(request: object): Promise<unknown>;
  };
  readonly operatorService: {
    listSearchAttributes(request: object): Promise<{ customAttributes: object }>;
    addSearchAttributes(request: object): Promise<unknown>;
  };
}

/** Resolves to undefined for this gRPC status. */
const unless =
  (status: number) =>
  (error: unknown): undefined => {
    if (grpcStatusOf(error) !== status) throw error;
    return undefined;
  };

/** Repeats a call while Temporal's services do not all know what was just written. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + spreadMs; ;)
    try {
      return await call();
    } catch (error) {
      if (Date.now() > until || refusals.includes(grpcStatusOf(error))) throw error;
      await delay(100);
    }
}
