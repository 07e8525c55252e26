/** The one source of time of a process, also for SQL. Tests replace it. */
export type Clock = () => Date;
