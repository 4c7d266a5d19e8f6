import type { Flag, FlagState } from '@burgee/server/api';
import { Alert, Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type NewRollout, startRollout } from '../api/changes.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import { Failure } from '../app/feedback.tsx';
import { explain, sayDone } from '../app/toast.ts';
import { ruleWords } from '../flags/words.ts';
import { text } from '../text/catalogue.ts';
import { percent } from '../text/format.ts';
import { StartPreview } from './preview.tsx';
import css from './start.module.css';

const t = text.rollouts.start;

/** Starts a rollout: which release, by which plan, and on which rule when there is a choice. */
export function StartDialog({ flag, state, onClose }: { flag: Flag; state: FlagState; onClose: () => void }) {
  const { project, environment } = state;
  const open = state.rules.filter((rule) => rule.percent < 100);
  const [release, setRelease] = useState('');
  const [planKey, setPlanKey] = useState('standard');
  const [rule, setRule] = useState(open[0]?.id ?? null);
  const [variant, setVariant] = useState(flag.variants.find(({ key }) => key !== state.offVariant)?.key ?? null);
  const [force, setForce] = useState('');
  const { data: plans, error, refetch } = useQuery(queries.plans(project));
  const client = useQueryClient();
  const navigate = useNavigate();
  const body: NewRollout = {
    flag: flag.key,
    release: release.trim(),
    plan: planKey,
    ...(open.length > 1 && rule !== null ? { rule } : {}),
    ...(open.length === 0 && flag.type !== 'boolean' && variant !== null ? { variant } : {}),
    ...(force.trim() === '' ? {} : { force: { reason: force.trim() } }),
  };
  // any release stands in for the one that is not typed yet: people, time and guards do not depend on it
  const [tried] = useDebouncedValue(JSON.stringify({ ...body, release: body.release || t.example }), 300);
  const start = useMutation({
    mutationFn: () => startRollout(project, environment, body),
    onSuccess: async ({ rollout }) => {
      client.setQueryData(queries.rollout(project, environment, rollout.id).queryKey, rollout);
      sayDone(t.done);
      await navigate({
        to: '/projects/$project/environments/$environment/rollouts/$rollout',
        params: { project, environment, rollout: rollout.id },
      });
    },
    meta: { quiet: true },
  });
  const plan = plans?.find(({ key }) => key === planKey);
  const latched = start.error instanceof Problem && start.error.code === 'release_latched';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={<strong>{t.title(environment)}</strong>} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={t.release}
            description={t.releaseHint}
            required
            withAsterisk={false}
            value={release}
            onChange={(event) => setRelease(event.currentTarget.value)}
          />
          {error && <Failure error={error} retry={() => void refetch()} />}
          <Select
            label={t.plan}
            allowDeselect={false}
            data={plans?.map(({ key, name }) => ({ value: key, label: name || key })) ?? ['standard']}
            value={planKey}
            onChange={(key) => key && setPlanKey(key)}
          />
          {open.length > 1 && (
            <Select
              label={t.rule}
              description={t.ruleHint}
              allowDeselect={false}
              data={open.map((one) => ({ value: one.id, label: one.title ?? ruleWords(one) }))}
              value={rule}
              onChange={setRule}
            />
          )}
          {open.length === 0 && flag.type !== 'boolean' && (
            <Select
              label={t.variant}
              description={t.variantHint}
              allowDeselect={false}
              data={flag.variants.map(({ key }) => key)}
              value={variant}
              onChange={setVariant}
            />
          )}
          <StartPreview project={project} environment={environment} body={JSON.parse(tried) as NewRollout} />
          {plan && <Text size="sm">{t.revertsTo[plan.revertTo]}</Text>}
          {start.error && (
            <Alert variant="default" role="alert" className={css.refused ?? ''} title={latched ? t.latched : undefined}>
              <Text>{explain(start.error)}</Text>
            </Alert>
          )}
          {(latched || force !== '') && (
            <Textarea
              label={t.force}
              autosize
              minRows={2}
              value={force}
              onChange={(event) => setForce(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={start.isPending} disabled={release.trim() === ''}>
              {t.submit(percent(plan?.stages[0]?.percent ?? 0))}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
