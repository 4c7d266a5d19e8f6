import type { Flag } from '@burgee/server/api';
import { ActionIcon, Button, Input, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { page } from '../text/flag-page.ts';
import css from './links-field.module.css';

const t = page.details;

interface Props {
  readonly value: Flag['links'];
  about(field: string): string | undefined;
  onChange(links: Flag['links']): void;
}

/** Where to read on: a title and an address each. */
export function LinksField({ value, about, onChange }: Props) {
  const set = (at: number, part: Partial<Flag['links'][number]>) =>
    onChange(value.map((link, index) => (index === at ? { ...link, ...part } : link)));
  return (
    <Input.Wrapper label={t.links} labelElement="div">
      {value.map((link, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: links have no identity but their place
        <div key={index} className={css.link}>
          <TextInput
            aria-label={t.linkTitle(index + 1)}
            placeholder={t.titleHint}
            maxLength={200}
            value={link.title}
            error={about(`links[${index}].title`)}
            onChange={(event) => set(index, { title: event.currentTarget.value })}
          />
          <TextInput
            aria-label={t.linkUrl(index + 1)}
            placeholder={t.urlHint}
            type="url"
            maxLength={2000}
            value={link.url}
            error={about(`links[${index}].url`)}
            onChange={(event) => set(index, { url: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t.removeLink(index + 1)}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <IconX size={15} />
          </ActionIcon>
        </div>
      ))}
      {value.length < 20 && (
        <Button
          size="compact-xs"
          variant="default"
          mt={4}
          leftSection={<IconPlus size={13} />}
          onClick={() => onChange([...value, { title: '', url: '' }])}
        >
          {t.addLink}
        </Button>
      )}
    </Input.Wrapper>
  );
}
