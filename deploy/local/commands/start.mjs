import { followLogs, keepLogsSmall } from '../lib/logs.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { serveControl } from '../stack/control.mjs';
import { pageOf } from '../stack/load-balancer.mjs';
import { provideSamplePeople, reissueOnFirstBoot } from '../stack/samples.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

const since = Date.now();
const settings = readSettings();
// With --logs, standard output contains the logs only.
const report = new ProgressReport(settings.logToConsole ? process.stderr : process.stdout);
const stack = new Stack(settings, report);
keepLogsSmall(settings.logs);
if (settings.logToConsole) followLogs(settings.logs);

const code = await withStack(stack, report, async (interrupted) => {
  if (!settings.infrastructureOnly) {
    await provideSamplePeople(stack, report);
    await reissueOnFirstBoot(stack, report);
  }
  const control = settings.cluster ? await serveControl(stack) : undefined;
  printAddresses(control?.url);
  await interrupted;
  return 0;
});
process.exit(code);

/** @param {string | undefined} control the address at which processes of a cluster are killed and started */
function printAddresses(control) {
  const { host, ports, external, infrastructureOnly } = settings;
  /** @param {number} port */
  const at = (port, path = '') => `http://${host}:${port}${path}`;
  const lines = infrastructureOnly
    ? [
        ['PostgreSQL', external.postgres ? '(external)' : `${host}:${ports.postgres}`],
        ['Temporal', stack.clientEnvironment.RESEAL_TEMPORAL_ADDRESS],
        ['Kafka', stack.clientEnvironment.RESEAL_KAFKA_BROKERS],
        ['Environment of each app', `${settings.state}/env/<app>.env`],
      ]
    : [
        ['Reissue page, and its API', at(ports.gateway)],
        ['Its documentation', at(ports.gateway, '/docs')],
        ['Console for staff', at(ports.ops, '/')],
        ['Certificate status', at(ports.status)],
        ['Sandbox: inbox and people', at(ports.sandbox, '/')],
      ];
  if (!external.temporal)
    lines.push(['Temporal UI', at(ports.temporalUi, `/namespaces/${settings.namespace}/workflows`)]);
  if (control)
    lines.push(['Load balancer', pageOf(settings)], ['Kill, start, fail over', `${control}/components`]);
  lines.push(['Logs', settings.logs]);
  report.line();
  report.done('Reseal is up', since);
  report.line();
  for (const [name, address] of lines) report.line(`  ${name.padEnd(26)} ${address}`);
  report.line();
  if (!infrastructureOnly) {
    report.line('Try it in another terminal:');
    report.line('  npm run demo                          one reissue, step by step');
    report.line('  npm run demo -- --reason LOST         another reason');
    report.line(`  curl -H 'X-Api-Key: reseal-local' ${at(ports.gateway, '/v1/keys')}`);
    report.line();
  }
  report.line('Ctrl-C stops everything.');
}
