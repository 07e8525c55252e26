/** The one source of time of a process, so that tests can move it. Also used for every time written to SQL. */
export type Clock = () => Date;
