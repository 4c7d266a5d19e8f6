import type { FlagType } from '@burgee/engine';
import type { FlagKind } from '@burgee/server/api';
import {
  Button,
  Code,
  Drawer,
  Group,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createFlag, type NewFlag } from '../api/changes.ts';
import { Problem } from '../api/problem.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { EXAMPLES, isKey, keyFrom, variantsFrom } from './new-flag.ts';

const t = text.flags.form;
/** The panel that makes a flag; a name is enough. The list stays in view beside it. */
export function CreateFlag({ project, onClose }: { project: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [description, setDescription] = useState('');
  const [kind, setKind] = useState<FlagKind>('release');
  const [type, setType] = useState<FlagType>('boolean');
  const [lines, setLines] = useState('');
  const [tags, setTags] = useState<string[]>([]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = ownKey ?? keyFrom(name);
  const variants = type === 'boolean' ? undefined : variantsFrom(lines, type);
  const create = useMutation({
    mutationFn: () => {
      const flag: NewFlag = { key, name: name.trim() || key, description: description.trim(), kind, type, tags };
      return createFlag(project, variants ? { ...flag, variants } : flag);
    },
    onSuccess: async ({ flag }) => {
      void client.invalidateQueries({ queryKey: ['flags', project] });
      sayDone(t.done(flag.name || flag.key));
      await navigate({ to: '/projects/$project/flags/$flag', params: { project, flag: flag.key } });
    },
    meta: { quiet: true },
  });
  const problem = create.error instanceof Problem ? create.error : undefined;
  const keyWrong = key !== '' && !isKey(key) ? t.keyWrong : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const choose = (next: string) => {
    setType(next as FlagType);
    if (next !== 'boolean') setLines(EXAMPLES[next as Exclude<FlagType, 'boolean'>]);
  };
  return (
    <Drawer opened onClose={onClose} position="right" size={440} title={<strong>{t.title}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={t.name}
            value={name}
            error={problem?.about('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t.key}
            description={t.keyHint}
            required
            withAsterisk={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={key}
            error={keyWrong ?? problem?.about('key') ?? (problem?.code === 'exists' ? problem.message : undefined)}
            onChange={(event) => setOwnKey(event.currentTarget.value)}
          />
          <Select
            label={t.kind}
            allowDeselect={false}
            data={Object.entries(text.flags.kinds).map(([value, label]) => ({ value, label }))}
            value={kind}
            onChange={(next) => next && setKind(next as FlagKind)}
          />
          <div>
            <Text fz="sm" fw={500} mb={4} id="flag-type">
              {t.type}
            </Text>
            <SegmentedControl
              fullWidth
              size="xs"
              aria-labelledby="flag-type"
              data={Object.entries(text.flags.types).map(([value, label]) => ({ value, label }))}
              value={type}
              onChange={choose}
            />
          </div>
          {type !== 'boolean' && (
            <Textarea
              label={t.variants}
              description={t.variantsHint}
              autosize
              minRows={3}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              value={lines}
              error={variants === null ? t.variantsWrong : problem?.about('variants')}
              onChange={(event) => setLines(event.currentTarget.value)}
            />
          )}
          <Textarea
            label={t.description}
            autosize
            minRows={2}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <TagsInput label={t.tags} description={t.tagsHint} value={tags} onChange={setTags} splitChars={[',', ' ']} />
          {problem && problem.fields.length === 0 && problem.code !== 'exists' && (
            <Text c="var(--bad)" role="alert">
              {explain(problem)}
            </Text>
          )}
          <div>
            <Text fz="xs" className="muted" mb={4}>
              {t.cli}
            </Text>
            <Code block>{`burgee flags create ${key || 'key'} --project ${project}`}</Code>
          </div>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={key === '' || keyWrong !== undefined || variants === null}>
              {t.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
