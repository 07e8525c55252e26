/**
 * Activity types by their present name, with the name under which older histories hold them. The worker registers both.
 * A workflow that began under the former names continues with them. Remove a name when no open workflow is older than the
 * release that replaced it: with the default deadlines that is two weeks later.
 */
export const formerActivityNames = {
  startReissue: 'openReissue',
  submitPassword: 'checkPassword',
  giveConsents: 'recordConsents',
  recordChallenges: 'settleChallenges',
  applyDeadlines: 'ring',
  readReissue: 'adoptReissue',
} as const;

const formerNameOf = (name: string | symbol) =>
  Object.hasOwn(formerActivityNames, name)
    ? formerActivityNames[name as keyof typeof formerActivityNames]
    : name;

/** Activities that are called by their present names and scheduled under their former ones. */
export function underFormerNames<Activities extends object>(activities: Activities): Activities {
  return new Proxy(activities, {
    get: (target, name): unknown => Reflect.get(target, formerNameOf(name)),
  });
}

/** Activities with each renamed one registered under its former name, too. */
export function withFormerNames<Activities extends object>(activities: Activities): Activities {
  const former = Object.entries(activities).flatMap(([name, activity]) => {
    const formerName = formerNameOf(name);
    return formerName === name ? [] : [[formerName, activity] as const];
  });
  return { ...activities, ...Object.fromEntries(former) };
}
