import { Button, Group, SegmentedControl, Textarea, TextInput, useMantineColorScheme } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { patchProject } from '../api/people.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import type { ProjectRow } from '../api/resources.ts';
import { DENSITIES, type Density, useDensity } from '../app/density.ts';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { useForm } from '../app/form.ts';
import { Moved, Refusal } from '../app/panel.tsx';
import { useMay } from '../app/permissions.ts';
import { Part, ScreenHead } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { app } from '../text/app.ts';
import { frame } from '../text/frame.ts';
import { settings as t } from '../text/people.ts';
import css from './settings.module.css';

/** What the project is called, and how this browser shows it. */
export function Settings() {
  const { project } = useParams({ from: '/inside/projects/$project/settings' });
  const { data, error, refetch } = useQuery(queries.projects());
  const row = data?.find((one) => one.project.key === project);
  return (
    <>
      <ScreenHead title={t.title} />
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <RowsLoading rows={3} height={60} />}
      {row && <ProjectPart key={project} row={row} />}
      <LookPart />
    </>
  );
}

interface Draft {
  readonly name: string;
  readonly description: string;
}

function difference(before: Draft, after: Draft): string[] {
  const lines: string[] = [];
  if (before.name !== after.name) lines.push(frame.fromTo(t.project.changes.name, before.name, after.name));
  if (before.description !== after.description) lines.push(t.project.changes.description);
  return lines;
}

function ProjectPart({ row: { project, version } }: { row: ProjectRow }) {
  const form = useForm<Draft>(`${project.key}/settings`, {
    value: { name: project.name, description: project.description ?? '' },
    version,
  });
  const { name, description } = form.value;
  const may = useMay()('project:write');
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => patchProject(project.key, { name: name.trim(), description: description.trim() }, form.version),
    onSuccess: () => {
      form.discard();
      sayDone(t.project.saved);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['projects'] }),
    meta: { quiet: true },
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Part title={t.project.title} lead={`${t.project.lead(project.key)}${may ? '' : ` ${t.project.viewer}`}`}>
      <form onSubmit={submit} className={css.form}>
        <TextInput
          label={frame.name}
          readOnly={!may}
          value={name}
          error={problem?.about('name')}
          onChange={(event) => form.set({ name: event.currentTarget.value })}
        />
        <Textarea
          label={frame.description}
          autosize
          minRows={2}
          readOnly={!may}
          value={description}
          error={problem?.about('description')}
          onChange={(event) => form.set({ description: event.currentTarget.value })}
        />
        {form.moved && <Moved form={form} lines={difference(form.base, form.moved)} />}
        <Refusal error={problem && problem.fields.length > 0 ? null : save.error} />
        {may && (
          <Group gap="xs">
            <Button type="submit" loading={save.isPending} disabled={!form.dirty || form.moved !== null}>
              {t.project.save}
            </Button>
            {form.dirty && (
              <Button variant="default" onClick={form.discard}>
                {frame.discard}
              </Button>
            )}
          </Group>
        )}
      </form>
    </Part>
  );
}

function LookPart() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  return (
    <Part title={t.look.title} lead={t.look.lead}>
      <div className={css.look}>
        <span id="look-theme">{t.look.theme}</span>
        <SegmentedControl
          aria-labelledby="look-theme"
          data={(['light', 'dark', 'auto'] as const).map((scheme) => ({ value: scheme, label: app.theme[scheme] }))}
          value={colorScheme}
          onChange={(next) => setColorScheme(next as typeof colorScheme)}
        />
        <span id="look-density">{t.look.density}</span>
        <SegmentedControl
          aria-labelledby="look-density"
          data={DENSITIES.map((one) => ({ value: one, label: t.look.densities[one] }))}
          value={density}
          onChange={(next) => setDensity(next as Density)}
        />
      </div>
      <p className={css.hint}>{t.look.densityHint}</p>
    </Part>
  );
}
