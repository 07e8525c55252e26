import { endCodes, parkableSteps, parkCodes, reasons, states } from '#libs/domain';
import { Button, Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useAuditTexts } from '../components/audit-text.js';
import { useWords } from '../words/language.js';
import type { Filters } from './filters.js';

const options = (values: readonly string[], words: Readonly<Record<string, string>>) =>
  values.map((value) => ({ value, label: words[value] ?? value }));

const codes = [...parkCodes, ...endCodes];

export function FilterForm({ filters }: { filters: Filters }): ReactNode {
  const words = useWords();
  const texts = useAuditTexts();
  const codeTexts = Object.fromEntries(codes.map((code) => [code, texts.code(code)]));
  const { reissues, common } = words;
  const { values, set } = filters;
  const many = (
    name: 'state' | 'step' | 'code' | 'reason',
    all: readonly string[],
    texts: Record<string, string>,
  ) => (
    <MultiSelect
      label={reissues[name]}
      data={options(all, texts)}
      value={values.getAll(name)}
      onChange={(chosen) => set(name, chosen)}
      clearable
      clearButtonProps={{ 'aria-label': `${common.clear}: ${reissues[name]}` }}
      searchable
    />
  );
  return (
    <div className="filters" role="group" aria-label={reissues.filter}>
      {many('state', states, words.state)}
      {many('step', parkableSteps, words.step)}
      {many('code', codes, codeTexts)}
      {many('reason', reasons, words.reason)}
      <CustomerRef key={values.get('customerRef')} filters={filters} />
      <Day name="createdFrom" label={reissues.createdFrom} filters={filters} />
      <Day name="createdTo" label={reissues.createdTo} filters={filters} />
      <Select
        label={reissues.sort}
        data={[
          { value: '-createdAt', label: reissues.newest },
          { value: 'createdAt', label: reissues.oldestFirst },
          { value: 'parkedSince', label: reissues.longestParked },
        ]}
        value={filters.sort}
        onChange={(sort) => set('sort', sort)}
        allowDeselect={false}
      />
      <Checkbox
        label={reissues.onlyParked}
        checked={values.get('parked') === 'true'}
        onChange={({ currentTarget }) => set('parked', currentTarget.checked ? 'true' : null)}
      />
      <Checkbox
        label={reissues.onlyOpen}
        checked={values.get('open') === 'true'}
        onChange={({ currentTarget }) => set('open', currentTarget.checked ? 'true' : null)}
      />
      <Button variant="default" onClick={filters.clear} disabled={!filters.any}>
        {common.clear}
      </Button>
    </div>
  );
}

/** A filter that applies when the field is left or Enter is pressed, not with each letter. */
function CustomerRef({ filters: { values, set } }: { filters: Filters }): ReactNode {
  const { reissues } = useWords();
  const [text, setText] = useState(values.get('customerRef') ?? '');
  const apply = () => set('customerRef', text.trim() || null);
  return (
    <TextInput
      label={reissues.customerRef}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={apply}
      onKeyDown={({ key }) => key === 'Enter' && apply()}
      spellCheck={false}
    />
  );
}

/** A day in the browser's time zone. The filter is the time at which the day begins. */
function Day({
  name,
  label,
  filters: { values, set },
}: {
  name: 'createdFrom' | 'createdTo';
  label: string;
  filters: Filters;
}): ReactNode {
  return (
    <TextInput
      type="date"
      label={label}
      value={localDayOf(values.get(name))}
      onChange={({ currentTarget: { value } }) => {
        const moment = new Date(`${value}T00:00`);
        set(name, Number.isNaN(moment.getTime()) ? null : moment.toISOString());
      }}
    />
  );
}

function localDayOf(moment: string | null): string {
  if (moment === null) return '';
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
