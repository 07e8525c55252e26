import { useSearchParams } from 'react-router';

/** The filters of the list under the API's names. The address holds them, so that a link shows the same list. */
const listFilters = ['state', 'step', 'code', 'reason'] as const;
const singleFilters = ['parked', 'open', 'customerRef', 'createdFrom', 'createdTo', 'parkedBefore'] as const;

type FilterName = (typeof listFilters)[number] | (typeof singleFilters)[number] | 'sort';

export interface Filters {
  readonly values: URLSearchParams;
  /** The chosen order; without a choice, parked reissues are listed from the one parked for longest. */
  readonly sort: string;
  /** The filters and the order as the API's query. */
  readonly asQuery: string;
  /** The filters in the form that the body of an operation takes. */
  readonly asFilter: Readonly<Record<string, unknown>>;
  readonly any: boolean;
  readonly set: (name: FilterName, value: readonly string[] | string | null) => void;
  readonly clear: () => void;
}

export function useFilters(): Filters {
  const [values, setValues] = useSearchParams();
  const parkedOnly = values.get('parked') === 'true' || values.has('step');
  const sort = values.get('sort') ?? (parkedOnly ? 'parkedSince' : '-createdAt');
  const query = new URLSearchParams(values);
  query.set('sort', sort);
  const filter: Record<string, unknown> = {};
  for (const name of listFilters) if (values.has(name)) filter[name] = values.getAll(name);
  for (const name of singleFilters) {
    const value = values.get(name);
    if (value !== null) filter[name] = name === 'parked' || name === 'open' ? value === 'true' : value;
  }
  return {
    values,
    sort,
    asQuery: query.toString(),
    asFilter: filter,
    any: Object.keys(filter).length > 0,
    set: (name, value) =>
      setValues(
        (before) => {
          const next = new URLSearchParams(before);
          next.delete(name);
          for (const one of typeof value === 'string' ? [value] : (value ?? []))
            if (one !== '') next.append(name, one);
          return next;
        },
        { replace: true },
      ),
    clear: () => setValues({}, { replace: true }),
  };
}
