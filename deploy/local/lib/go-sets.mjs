const module = (folder) => new URL(`../${folder}/`, import.meta.url);

export const temporal = {
  name: 'temporal',
  title: 'Temporal',
  module: module('temporal'),
  binaries: {
    'temporal-server': 'go.temporal.io/server/cmd/server',
    'temporal-sql-tool': 'go.temporal.io/server/cmd/tools/sql',
    'temporal-ui-server': 'github.com/temporalio/ui-server/v2/cmd/server',
  },
  // As its own Makefile builds: without the gRPC variant of Google's storage client, which nothing here uses.
  flags: ['-tags', 'disable_grpc_modules'],
  duration: 'about five minutes',
  alternative: 'set RESEAL_TEMPORAL_ADDRESS to use a Temporal server that runs already',
};

/** Looks at certificates and CRLs with other eyes than ours. */
export const zlint = {
  name: 'zlint',
  title: 'zlint',
  module: module('zlint'),
  binaries: { zlint: 'github.com/zmap/zlint/v3/cmd/zlint' },
  duration: 'less than a minute',
};

/** Finds what breaks clients between two OpenAPI documents. */
export const oasdiff = {
  name: 'oasdiff',
  title: 'oasdiff',
  module: module('oasdiff'),
  binaries: { oasdiff: 'github.com/oasdiff/oasdiff' },
  duration: 'about a minute',
};

/** Other certificate authorities, to compare with. */
export const rivals = {
  name: 'bench-rivals',
  title: 'step-ca and cfssl',
  module: module('bench-rivals'),
  binaries: {
    'step-ca': 'github.com/smallstep/certificates/cmd/step-ca',
    cfssl: 'github.com/cloudflare/cfssl/cmd/cfssl',
  },
  duration: 'two to three minutes',
  alternative: 'leave them out (--only cycle,signStep)',
};

/** What is built for a command before anything of it runs. */
export const goSets = ({ external }, command) => [
  ...(external.temporal || command === 'bench' ? [] : [temporal]),
  ...(command === 'test' ? [zlint, oasdiff] : []),
];
