import type { MetricSource } from '@burgee/server/api';
import { ActionIcon, Button, Group, Input, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { Problem } from '../api/problem.ts';
import { sources } from '../text/sources.ts';
import css from './sources.module.css';

const t = sources.form;
type Header = MetricSource['headers'][number];

interface Props {
  readonly value: readonly Header[];
  readonly error: unknown;
  onChange(value: readonly Header[]): void;
}

/** Headers that a source wants; what is secret is named, never typed. */
export function HeadersField({ value, error, onChange }: Props) {
  const problem = error instanceof Problem ? error : undefined;
  const set = (index: number, header: Header) => onChange(value.map((old, at) => (at === index ? header : old)));
  return (
    <Input.Wrapper label={t.headers} description={t.headersHint} labelElement="div">
      {value.map((header, index) => {
        const { name, value: content } = header;
        const isVariable = typeof content === 'object';
        const words = typeof content === 'string' ? content : content.env;
        const wrong = problem?.about(`headers[${index}].value`) ?? problem?.about(`headers[${index}].value.env`);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: headers have no identity but their place
          <div key={index} className={css.header}>
            <TextInput
              aria-label={t.header(index + 1)}
              placeholder="Authorization"
              value={name}
              error={problem?.about(`headers[${index}].name`)}
              onChange={(event) => set(index, { ...header, name: event.currentTarget.value })}
            />
            <NativeSelect
              aria-label={t.from(index + 1)}
              data={[
                { value: 'variable', label: t.variable },
                { value: 'literal', label: t.literal },
              ]}
              value={isVariable ? 'variable' : 'literal'}
              onChange={(event) =>
                set(index, { ...header, value: event.currentTarget.value === 'variable' ? { env: words } : words })
              }
            />
            <TextInput
              aria-label={t.value(index + 1)}
              placeholder={isVariable ? 'BURGEE_SECRET_…' : ''}
              value={words}
              error={wrong}
              onChange={(event) => {
                const next = event.currentTarget.value;
                set(index, { ...header, value: isVariable ? { env: next } : next });
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t.removeHeader(index + 1)}
              onClick={() => onChange(value.filter((_, at) => at !== index))}
            >
              <IconX size={15} />
            </ActionIcon>
          </div>
        );
      })}
      <Group mt={6}>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={13} />}
          onClick={() => onChange([...value, { name: '', value: { env: '' } }])}
        >
          {t.addHeader}
        </Button>
      </Group>
    </Input.Wrapper>
  );
}
