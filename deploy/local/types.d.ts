import type { SpawnOptions } from 'node:child_process';
import type { ProgressReport } from './lib/progress-report.mjs';

/** The first word after `npm run` for the commands that run a stack. */
export type Command = 'start' | 'demo' | 'test' | 'bench';

/** Names of the ports that a stack listens on. */
export type PortName =
  | 'gateway'
  | 'ops'
  | 'status'
  | 'sandbox'
  | 'workerMetrics'
  | 'signerMetrics'
  | 'gatewayMetrics'
  | 'opsMetrics'
  | 'statusMetrics'
  | 'sandboxMetrics'
  | 'sandboxTls'
  | 'smtp'
  | 'loadBalancer'
  | 'example'
  | 'temporal'
  | 'temporalUi'
  | 'kafka'
  | 'postgres';

/** All that the launcher reads from its environment and arguments. */
export interface Settings {
  readonly root: string;
  readonly environment: string;
  /** The state folder. The next three are inside it. */
  readonly state: string;
  readonly logs: string;
  readonly run: string;
  readonly secrets: string;
  /** Folder of built binaries and downloaded jars. Several stacks may share it. */
  readonly cache: string;
  readonly host: string;
  readonly ports: Readonly<Record<PortName, number>>;
  readonly namespace: string;
  readonly mavenRepository: string;
  /** Addresses of servers that already run elsewhere. The launcher does not start these servers. */
  readonly external: {
    readonly postgres: string | undefined;
    readonly temporal: string | undefined;
    readonly kafka: string | undefined;
  };
  readonly logToConsole: boolean;
  readonly infrastructureOnly: boolean;
  /** Whether the stack has several hosts, with two or three processes of each part behind a load balancer. */
  readonly cluster: boolean;
  /** Whether the parts of the stack speak TLS with each other, and authenticate. */
  readonly tls: boolean;
  /** Whether PostgreSQL counts the statements of each role (pg_stat_statements), which costs it some time. */
  readonly countStatements: boolean;
}

/** A machine of a stack. */
export interface Host {
  /** A letter, or empty if the stack has one host. */
  readonly name: string;
  /** The address on which its processes listen. */
  readonly address: string;
  /** The folder of its data. */
  readonly folder: string;
}

/** A port with its owner's name for messages, and the variable that changes it. */
export interface WantedPort {
  readonly port: number;
  readonly part: string;
  readonly key: string;
}

/** The folder of secrets, and what the launcher itself uses of it. */
export interface Secrets {
  readonly folder: string;
  /** Secrets of the servers that the launcher starts, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Passwords of database roles. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** A certificate and its key, in PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Parts with a certificate as a server, and as a client. */
export type TlsServer = 'postgres' | 'temporal' | 'kafka' | 'sandbox';
export type TlsClient =
  | 'gateway'
  | 'worker'
  | 'signer'
  | 'ops'
  | 'status'
  | 'sandbox'
  | 'ca'
  | 'setup'
  | 'customers'
  | 'temporal'
  | 'temporal-ui'
  | 'launcher';

/** The files of a stack whose parts speak TLS. */
export interface TlsFiles {
  /** The CA certificate. */
  readonly ca: string;
  readonly servers: Readonly<Record<TlsServer, CertificateFiles>>;
  readonly clients: Readonly<Record<TlsClient, CertificateFiles>>;
}

/** What each part of a stack needs to prepare and start. */
export interface StackContext {
  readonly settings: Settings;
  readonly report: ProgressReport;
  readonly secrets: Secrets;
  /** Without it the parts of the stack do not encrypt. */
  readonly tls: TlsFiles | undefined;
}

/** Environment variables of one process. */
export type Environment = Record<string, string | undefined>;

/** How a process is started and stopped. */
export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: the process inherits nothing. */
  readonly env: Environment;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Removes the files that a killed process left. */
  readonly beforeStart?: () => Promise<void>;
  /** Default: SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Time from the stop signal to SIGKILL, in milliseconds. */
  readonly graceMs?: number;
}

/** A long-running process of the stack. */
export interface ChildSpec extends ProcessSpec {
  /** File name of its log and of its record. */
  readonly name: string;
  /** Its name in messages. */
  readonly title: string;
  /** Rejects until the process is ready. */
  readonly isReady: () => Promise<unknown>;
}

/** A process as a file in the state folder records it. */
export interface ProcessRecord {
  readonly name?: string;
  readonly pid: number;
  /** See `processIdentityOf`. */
  readonly identity: string;
  readonly stopSignal?: NodeJS.Signals;
}

/** Address file of a running stack. */
export interface PublishedStack {
  readonly environment: Record<string, string>;
  readonly [part: string]: unknown;
}

/** Python packages that are installed from PyPI together. */
export interface PythonSet {
  /** Name of the folder in the cache, and in messages. */
  readonly name: string;
  /** The requirements.txt with the digest of every package. */
  readonly requirements: URL;
}

/** Programs that are built from Go modules, at the versions of a go.mod. */
export interface GoSet {
  /** Name of the folder in the cache, and of the log. */
  readonly name: string;
  /** Its name in messages. */
  readonly title: string;
  /** Folder of the go.mod, whose `go` line states the Go version. */
  readonly module: URL;
  /** Binary → package. `go build tool` cannot be used, because packages of different modules have the same name. */
  readonly binaries: Readonly<Record<string, string>>;
  /** Flags for `go build`. */
  readonly flags?: readonly string[];
  /** More flags for Go's linker. */
  readonly linkerFlags?: string;
  /** How long the build takes without a build cache, in words. */
  readonly duration: string;
  /** What to do on a machine without Go. */
  readonly alternative?: string;
}

/** Jars at the versions of a lock file. */
export interface JarSet {
  readonly title: string;
  readonly lockFile: string;
}

export interface Jar {
  /** Path in the Maven repository. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Options of a command whose output goes to a log file. */
/** What a run of the tests does: npm scripts, Jest's projects by the place where they run, and arguments for Jest. */
export interface Plan {
  readonly checks: string[];
  readonly offStack: string[];
  readonly onStack: string[];
  readonly onCluster: string[];
  readonly besideEngines: string[];
  readonly onNode: string[];
  readonly jestArgs: string[];
}

export interface LogOptions extends SpawnOptions {
  readonly log: string;
}
