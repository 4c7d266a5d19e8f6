import { Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { createPlan, plan as planQuery } from '../api/plans.ts';
import { Problem } from '../api/problem.ts';
import type { PlanRow } from '../api/resources.ts';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { useForm } from '../app/form.ts';
import { isNamed, keyOf } from '../app/key-fields.tsx';
import { Refusal } from '../app/panel.tsx';
import { useMay } from '../app/permissions.ts';
import { NoAccess, ScreenHead } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { app } from '../text/app.ts';
import { frame } from '../text/frame.ts';
import { plans as t } from '../text/plans.ts';
import { draftOf, type PlanDraft, settingsOf } from './draft.ts';
import { EDITED, PlanEditor } from './editor.tsx';
import { PlanCrumb } from './page.tsx';
import css from './plans.module.css';

const ROUTE = '/inside/projects/$project/new-plan';

/** A plan that begins as a copy of another. */
export function NewPlan() {
  const { project } = useParams({ from: ROUTE });
  const { from = 'standard' } = useSearch({ from: ROUTE });
  const { data, error, refetch } = useQuery(planQuery(project, from));
  const may = useMay();
  if (!may('plan:write')) return <NoAccess title={t.newTitle} />;
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <RowsLoading rows={6} height={60} />;
  return <Loaded key={from} project={project} model={data} />;
}

function Loaded({ project, model }: { project: string; model: PlanRow }) {
  const blank: PlanDraft = { ...draftOf(model), key: null, name: t.copyOf(model.name || model.key) };
  const form = useForm<PlanDraft>(`${project}/new-plan/${model.key}`, { value: blank, version: 0 });
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => createPlan(project, { ...settingsOf(form.value), key: keyOf(form.value) }),
    onSuccess: async (made) => {
      form.discard();
      sayDone(t.made(made.name));
      await client.invalidateQueries({ queryKey: ['plans', project] });
      await navigate({ to: '/projects/$project/plans/$plan', params: { project, plan: made.key } });
    },
    meta: { quiet: true },
  });
  const exists = create.error instanceof Problem && create.error.code === 'exists';
  return (
    <>
      <PlanCrumb project={project}>{t.newCrumb}</PlanCrumb>
      <ScreenHead title={t.newTitle} lead={form.recovered ? frame.recovered : undefined} />
      <PlanEditor project={project} form={form} error={create.error} />
      <section className={css.foot} aria-label={t.newTitle}>
        <Refusal error={exists ? null : create.error} fields={EDITED} />
        <Group gap="xs" ml="auto">
          <Button variant="default" onClick={() => void navigate({ to: '/projects/$project/plans', params: { project } })}>
            {app.cancel}
          </Button>
          <Button loading={create.isPending} disabled={!isNamed(form.value)} onClick={() => create.mutate()}>
            {frame.create}
          </Button>
        </Group>
      </section>
    </>
  );
}
