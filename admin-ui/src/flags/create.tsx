import type { FlagType } from '@burgee/engine';
import type { FlagKind } from '@burgee/server/api';
import {
  Button,
  Code,
  Drawer,
  Group,
  NativeSelect,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { createFlag, type NewFlag } from '../api/changes.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import type { FlagFilter } from '../app/search-params.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { KindPicker } from './kind-picker.tsx';
import { EXAMPLES, isKey, keyFrom, startLines, variantsFrom } from './new-flag.ts';

const t = text.flags.form;

/** What somebody has typed of a new flag. */
interface Typed {
  readonly kind: FlagKind;
  readonly name: string;
  /** null: made from the name. */
  readonly key: string | null;
  readonly type: FlagType;
  readonly lines: string;
  readonly description: string;
  readonly tags: string[];
  /** undefined: whoever makes it. */
  readonly owner?: string | null;
}
const EMPTY: Typed = { kind: 'release', name: '', key: null, type: 'boolean', lines: '', description: '', tags: [] };

/** What the address says of a flag that applications ask for already. */
type Start = Pick<FlagFilter, 'key' | 'type' | 'fallback'>;

function typedFrom({ key, type, fallback }: Start): Typed | null {
  if (key === undefined) return null;
  const known = type !== undefined && type in text.flags.types ? (type as FlagType) : 'boolean';
  return { ...EMPTY, key, type: known, lines: known === 'boolean' ? '' : startLines(fallback, known) };
}

/** What is typed outlives a reload and a login, until the flag is made or the panel is closed by hand. */
function useTyped(project: string, start: Start) {
  const place = `burgee-new-flag/${project}${start.key === undefined ? '' : `/${start.key}`}`;
  const [typed, setTyped] = useState<Typed>(() => {
    const given = typedFrom(start);
    if (given !== null && sessionStorage.getItem(place) === null) return given;
    try {
      return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(place) ?? '{}') as Partial<Typed>) };
    } catch {
      return EMPTY;
    }
  });
  useEffect(() => {
    if (typed !== EMPTY) sessionStorage.setItem(place, JSON.stringify(typed));
  }, [place, typed]);
  const set = (part: Partial<Typed>) => setTyped((before) => ({ ...before, ...part }));
  return { typed, set, forget: () => sessionStorage.removeItem(place) };
}

interface Props {
  readonly project: string;
  readonly tags: readonly string[];
  readonly start: Start;
  onClose(): void;
}

/** The panel that makes a flag; a name is enough. The list stays in view beside it. */
export function CreateFlag({ project, tags, start, onClose }: Props) {
  const { typed, set, forget } = useTyped(project, start);
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useQuery(queries.me()).data?.user.id ?? null;
  const owners = useQuery(queries.owners(project)).data ?? [];
  const { kind, name, type, lines, description } = typed;
  const key = typed.key ?? keyFrom(name);
  const owner = typed.owner === undefined ? me : typed.owner;
  const variants = type === 'boolean' ? undefined : variantsFrom(lines, type);
  const create = useMutation({
    mutationFn: () => {
      const flag: NewFlag = {
        key,
        name: name.trim() || key,
        description: description.trim(),
        kind,
        type,
        tags: typed.tags,
        owner,
      };
      return createFlag(project, variants ? { ...flag, variants } : flag);
    },
    onSuccess: async ({ flag }) => {
      forget();
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
  const close = () => {
    forget();
    onClose();
  };
  return (
    <Drawer opened onClose={close} position="right" size={460} title={<strong>{t.title}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <KindPicker value={kind} onChange={(next) => set({ kind: next })} />
          <TextInput
            data-autofocus
            label={t.name}
            maxLength={200}
            value={name}
            error={problem?.about('name')}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            label={t.key}
            description={t.keyHint}
            required
            withAsterisk={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={key}
            error={keyWrong ?? problem?.about('key') ?? (problem?.code === 'exists' ? problem.message : undefined)}
            onChange={(event) => set({ key: event.currentTarget.value })}
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
              onChange={(next) => set({ type: next as FlagType, ...(next === 'boolean' ? {} : { lines: exampleOf(next) }) })}
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
              onChange={(event) => set({ lines: event.currentTarget.value })}
            />
          )}
          <Textarea
            label={t.description}
            description={t.descriptionHint}
            autosize
            minRows={2}
            maxLength={10_000}
            value={description}
            error={problem?.about('description')}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <TagsInput
            label={t.tags}
            description={t.tagsHint}
            data={[...tags]}
            value={typed.tags}
            onChange={(next) => set({ tags: next })}
            splitChars={[',', ' ']}
            acceptValueOnBlur
          />
          <NativeSelect
            label={t.owner}
            data={[
              { value: '', label: t.nobody },
              ...owners.filter((one) => !one.disabled).map((one) => ({ value: one.id, label: one.name })),
            ]}
            value={owner ?? ''}
            onChange={(event) => set({ owner: event.currentTarget.value || null })}
          />
          {problem && problem.fields.length === 0 && problem.code !== 'exists' && (
            <Text c="var(--bad)" role="alert">
              {explain(problem)}
            </Text>
          )}
          <div>
            <Text fz="xs" className="muted" mb={4}>
              {t.cli}
            </Text>
            <Code block tabIndex={0}>
              {commandOf({ ...typed, key }, project)}
            </Code>
          </div>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
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

const exampleOf = (type: string): string => EXAMPLES[type as Exclude<FlagType, 'boolean'>];

/** The same from a terminal; what the command assumes by itself is left out. */
function commandOf({ key, kind, type, tags }: Typed, project: string): string {
  const parts = [`burgee flags create ${key || 'key'} --project ${project}`];
  if (kind !== 'release') parts.push(`--kind ${kind}`);
  if (type !== 'boolean') parts.push(`--type ${type} --variant …`);
  if (tags.length > 0) parts.push(`--tag ${tags.map((tag) => (/^[\w.-]+$/.test(tag) ? tag : JSON.stringify(tag))).join(' ')}`);
  return parts.join(' ');
}
