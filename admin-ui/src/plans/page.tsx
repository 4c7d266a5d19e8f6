import { Anchor, Button, Skeleton } from '@mantine/core';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { deletePlan, plan as planQuery, putPlan } from '../api/plans.ts';
import type { PlanRow } from '../api/resources.ts';
import { Confirm } from '../app/confirm.tsx';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { useForm } from '../app/form.ts';
import { Chip } from '../app/marks.tsx';
import { useMay } from '../app/permissions.ts';
import { SaveStrip } from '../app/save-strip.tsx';
import { ScreenHead } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { plans as t } from '../text/plans.ts';
import { draftOf, type PlanDraft, settingsOf } from './draft.ts';
import { PlanEditor } from './editor.tsx';
import css from './plans.module.css';
import { PlanView } from './view.tsx';
import { planDifference } from './words.ts';

/** One plan: what it does, and the form to change it. */
export function PlanPage() {
  const { project, plan: key } = useParams({ from: '/inside/projects/$project/plans/$plan' });
  const { data, error, refetch } = useQuery(planQuery(project, key));
  const may = useMay()('plan:write');
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <>
        <Skeleton height={30} width={280} mb="lg" />
        <RowsLoading rows={5} height={60} />
      </>
    );
  }
  if (data.builtin || !may) {
    return (
      <>
        <Head project={project} plan={data} may={may} />
        <PlanView plan={draftOf(data)} note={data.builtin ? t.builtinText : t.viewerText} />
      </>
    );
  }
  return <Loaded key={`${project}/${key}`} project={project} plan={data} />;
}

/** Where one is. */
export function PlanCrumb({ project, children }: { project: string; children: ReactNode }) {
  return (
    <nav className={css.crumb}>
      <Anchor component={Link} to={`/projects/${encodeURIComponent(project)}/plans`} fz="sm">
        {t.title}
      </Anchor>
      <span aria-hidden="true">/</span>
      {children}
    </nav>
  );
}

function Head({ project, plan, may, children }: { project: string; plan: PlanRow; may: boolean; children?: ReactNode }) {
  return (
    <>
      <PlanCrumb project={project}>
        <span className="key">{plan.key}</span>
        {plan.builtin && <Chip>{t.builtin}</Chip>}
      </PlanCrumb>
      <ScreenHead title={plan.name || plan.key} lead={plan.description || undefined}>
        {may && (
          <Button
            variant="default"
            leftSection={<IconCopy size={15} />}
            renderRoot={(props) => (
              <Link {...props} to="/projects/$project/new-plan" params={{ project }} search={{ from: plan.key }} />
            )}
          >
            {t.duplicate}
          </Button>
        )}
        {children}
      </ScreenHead>
    </>
  );
}

function Loaded({ project, plan }: { project: string; plan: PlanRow }) {
  const { key, name, version } = plan;
  const form = useForm<PlanDraft>(`${project}/plan/${key}`, { value: draftOf(plan), version });
  const [deleting, setDeleting] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: () => putPlan(project, key, settingsOf(form.value), form.version),
    onSuccess: (fresh) => {
      client.setQueryData(planQuery(project, key).queryKey, fresh);
      form.discard();
      sayDone(t.saved(fresh.name));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['plans', project] }),
    meta: { quiet: true },
  });
  return (
    <>
      <Head project={project} plan={plan} may>
        <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => setDeleting(true)}>
          {t.delete.action}
        </Button>
      </Head>
      <PlanEditor project={project} form={form} error={save.error} />
      <SaveStrip
        title={t.save}
        confirm={t.save}
        form={form}
        lines={planDifference(form.base, form.value)}
        movedLines={form.moved ? planDifference(form.base, form.moved) : []}
        pending={save.isPending}
        error={save.error}
        save={() =>
          save.mutateAsync().then(
            () => true,
            () => false,
          )
        }
      >
        <span className="muted">{t.saveText}</span>
      </SaveStrip>
      {deleting && (
        <Confirm
          danger
          title={t.delete.title(name)}
          confirm={t.delete.action}
          done={t.delete.done(name)}
          run={() => deletePlan(project, key)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['plans', project], refetchType: 'none' });
            void navigate({ to: '/projects/$project/plans', params: { project } });
          }}
          onClose={() => setDeleting(false)}
        >
          {t.delete.text}
        </Confirm>
      )}
    </>
  );
}
