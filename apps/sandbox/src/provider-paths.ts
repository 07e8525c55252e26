const providerPath = /^\/v1\/(telecom|telecom-2|one-won|document|risk|sms)(\/|$)/;

/** Whether a path belongs to a provider. All other paths of the sandbox are for people and tests. */
export const isProviderPath = (path: string): boolean => providerPath.test(path);
