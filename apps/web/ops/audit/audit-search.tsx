import { authorityActions, reissueActions } from '#libs/domain';
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { Card } from '../components/card.js';
import { useLanguage, useWords } from '../words/language.js';
import { AuditResults } from './audit-results.js';
import { ExportButtons } from './export-buttons.js';

const texts = ['actor', 'outcome', 'reissueId', 'customerRef', 'serial'] as const;
const fields = ['action', ...texts] as const;
const actions = Object.entries({ ...reissueActions, ...authorityActions });
const times = ['from', 'to'] as const;

/** Search of the audit trail. The address holds the search, and nothing is read before it. */
export function AuditSearch(): ReactNode {
  const { common } = useWords();
  const [search, setSearch] = useSearchParams();
  return (
    <Card title={common.search}>
      <Stack>
        <Form key={search.toString()} search={search} onSearch={setSearch} />
        {search.size > 0 && (
          <>
            <Group justify="flex-end">
              <ExportButtons search={search.toString()} />
            </Group>
            <AuditResults search={search.toString()} />
          </>
        )}
      </Stack>
    </Card>
  );
}

function Form({
  search,
  onSearch,
}: {
  search: URLSearchParams;
  onSearch: (search: URLSearchParams) => void;
}): ReactNode {
  const { audit, common } = useWords();
  const language = useLanguage();
  const [values, setValues] = useState<Record<string, string>>(() => ({
    from: localMinute(search.get('from') ?? new Date(Date.now() - 24 * 3_600_000).toISOString()),
    to: localMinute(search.get('to')),
    ...Object.fromEntries(fields.map((name) => [name, search.get(name) ?? ''])),
  }));
  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }));
  const input = (name: string, label: string, type = 'text') => (
    <TextInput
      key={name}
      type={type}
      label={label}
      value={values[name]}
      onChange={({ currentTarget: { value } }) => set(name, value)}
      spellCheck={false}
    />
  );
  return (
    <form
      role="search"
      aria-label={audit.title}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(queryOf(values));
      }}
    >
      <div className="filters">
        {texts.map((name) => input(name, audit[name]))}
        <Select
          label={audit.action}
          data={actions.map(([value, words]) => ({ value, label: `${words[language]} (${value})` }))}
          value={values['action'] || null}
          onChange={(value) => set('action', value ?? '')}
          searchable
          clearable
        />
        {input('from', `${audit.when}, ${common.from}`, 'datetime-local')}
        {input('to', `${audit.when}, ${common.to}`, 'datetime-local')}
        <Button type="submit">{common.search}</Button>
      </div>
    </form>
  );
}

function queryOf(values: Readonly<Record<string, string>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of fields) if (values[name]?.trim()) query.set(name, values[name].trim());
  for (const name of times) if (values[name]) query.set(name, new Date(values[name]).toISOString());
  return query;
}

/** A time in the form of the browser's input for date and time: local, to the minute. */
function localMinute(moment: string | null): string {
  if (moment === null || moment === '') return '';
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
