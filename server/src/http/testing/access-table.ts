/**
 * Who may call what, written by hand from the API's description and not from the code that decides it. A line: the route, who
 * of the people (the least role; `person`: any; `none`; `all`: also nobody in particular), and which tokens: s server, c client,
 * p pipeline, a admin; `=` after p: also where the path names only the project; `all`.
 */
const LINES = `
GET /healthz | all | all
GET /readyz | all | all
GET /metrics | all | all
GET /openapi.json | all | all
GET /api/v1/setup | all | all
POST /setup | all | all
POST /api/v1/login | all | all
POST /api/v1/logout | person |
GET /api/v1/me | person | scpa
PUT /api/v1/me/password | person |
GET /api/v1/me/sessions | person |
DELETE /api/v1/me/sessions/{session} | person |
POST /api/v1/invitation | all | all
GET /api/v1/events | person |
GET /api/v1/users | admin | a
POST /api/v1/users | admin | a
PATCH /api/v1/users/{user} | admin | a
POST /api/v1/users/{user}/password | admin | a
POST /api/v1/users/{user}/invitation | admin | a
GET /api/v1/tokens | admin | a
POST /api/v1/tokens | admin | a
DELETE /api/v1/tokens/{token} | admin | a
GET /api/v1/audit | viewer | a
GET /api/v1/projects | viewer | a
POST /api/v1/projects | admin | a
GET /api/v1/projects/{project} | viewer | a
PATCH /api/v1/projects/{project} | admin | a
GET /api/v1/projects/{project}/tokens | admin | a
POST /api/v1/projects/{project}/tokens | admin | a
DELETE /api/v1/projects/{project}/tokens/{token} | admin | a
GET /api/v1/projects/{project}/audit | viewer | a
GET /api/v1/projects/{project}/environments | viewer | a
POST /api/v1/projects/{project}/environments | admin | a
PATCH /api/v1/projects/{project}/environments/{environment} | admin | a
DELETE /api/v1/projects/{project}/environments/{environment} | admin | a
POST /api/v1/projects/{project}/environments/{environment}/override-tokens | editor | pa
POST /api/v1/projects/{project}/environments/{environment}/override-tokens/revoke | editor | pa
GET /api/v1/projects/{project}/flags | viewer | a
POST /api/v1/projects/{project}/flags | editor | a
GET /api/v1/projects/{project}/flags/{flag} | viewer | a
PATCH /api/v1/projects/{project}/flags/{flag} | editor | a
DELETE /api/v1/projects/{project}/flags/{flag} | editor | a
GET /api/v1/projects/{project}/environments/{environment}/flags | viewer | pa
GET /api/v1/projects/{project}/environments/{environment}/flags/{flag} | viewer | pa
PUT /api/v1/projects/{project}/environments/{environment}/flags/{flag} | editor | a
PATCH /api/v1/projects/{project}/environments/{environment}/flags/{flag} | editor | a
PUT /api/v1/projects/{project}/environments/{environment}/flags/{flag}/rules/{rule}/percent | editor | a
POST /api/v1/projects/{project}/environments/{environment}/flags/{flag}/kill | editor | a
POST /api/v1/projects/{project}/environments/{environment}/flags/{flag}/restore | editor | a
GET /api/v1/projects/{project}/environments/{environment}/flags/{flag}/promotion | viewer | pa
POST /api/v1/projects/{project}/environments/{environment}/flags/{flag}/promotion | editor | a
GET /api/v1/projects/{project}/environments/{environment}/flags/{flag}/usage | viewer | pa
GET /api/v1/projects/{project}/environments/{environment}/attributes | viewer | pa
GET /api/v1/projects/{project}/owners | viewer | a
GET /api/v1/projects/{project}/environments/{environment}/schedule | viewer | pa
GET /api/v1/projects/{project}/environments/{environment}/schedule/{id} | viewer | pa
DELETE /api/v1/projects/{project}/environments/{environment}/schedule/{id} | editor | a
GET /api/v1/projects/{project}/environments/{environment}/flags/{flag}/schedule | viewer | pa
POST /api/v1/projects/{project}/environments/{environment}/flags/{flag}/schedule | editor | a
GET /api/v1/projects/{project}/discovered-flags | viewer | a
POST /api/v1/projects/{project}/discovered-flags/create | editor | a
POST /api/v1/projects/{project}/discovered-flags/dismiss | editor | a
GET /api/v1/projects/{project}/segments | viewer | a
POST /api/v1/projects/{project}/segments | editor | a
GET /api/v1/projects/{project}/segments/{segment} | viewer | a
PATCH /api/v1/projects/{project}/segments/{segment} | editor | a
DELETE /api/v1/projects/{project}/segments/{segment} | editor | a
GET /api/v1/projects/{project}/segments/{segment}/usage | viewer | a
GET /api/v1/projects/{project}/plans | viewer | p=a
POST /api/v1/projects/{project}/plans | editor | a
GET /api/v1/projects/{project}/plans/{plan} | viewer | p=a
PUT /api/v1/projects/{project}/plans/{plan} | editor | a
DELETE /api/v1/projects/{project}/plans/{plan} | editor | a
GET /api/v1/projects/{project}/metric-sources | viewer | a
POST /api/v1/projects/{project}/metric-sources | editor | a
PUT /api/v1/projects/{project}/metric-sources/{source} | editor | a
DELETE /api/v1/projects/{project}/metric-sources/{source} | editor | a
POST /api/v1/projects/{project}/metric-sources/{source}/test | editor | a
GET /api/v1/projects/{project}/notice-routes | viewer | a
POST /api/v1/projects/{project}/notice-routes | editor | a
GET /api/v1/projects/{project}/notice-routes/{route} | viewer | a
PUT /api/v1/projects/{project}/notice-routes/{route} | editor | a
DELETE /api/v1/projects/{project}/notice-routes/{route} | editor | a
POST /api/v1/projects/{project}/notice-routes/{route}/secret | editor | a
POST /api/v1/projects/{project}/notice-routes/{route}/test | editor | a
GET /api/v1/projects/{project}/notices | viewer | a
GET /api/v1/projects/{project}/rollouts | viewer | a
GET /api/v1/projects/{project}/environments/{environment}/rollouts | viewer | pa
POST /api/v1/projects/{project}/environments/{environment}/rollouts | editor | pa
POST /api/v1/projects/{project}/environments/{environment}/rollouts/preview | editor | pa
GET /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout} | viewer | pa
GET /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}/evidence | viewer | pa
GET /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}/replay | viewer | pa
POST /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}/pause | editor | pa
POST /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}/resume | editor | pa
POST /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}/advance | editor | pa
POST /api/v1/projects/{project}/environments/{environment}/rollouts/{rollout}/revert | editor | pa
POST /hooks/deploy | editor | pa
GET /sdk/ruleset | none | sc
GET /sdk/stream | none | sc
POST /sdk/reports | none | sc
POST /ofrep/v1/evaluate/flags/{key} | none | sc
POST /ofrep/v1/evaluate/flags | none | sc
GET /ofrep/v1/events | none | sc
`;

/** What a line says. */
export interface Access {
  readonly people: 'all' | 'person' | 'viewer' | 'editor' | 'admin' | 'none';
  readonly tokens: string;
}

/** `GET /path` to who may. */
export const ACCESS: ReadonlyMap<string, Access> = new Map(
  LINES.trim()
    .split('\n')
    .map((line) => {
      const [route = '', people = '', tokens = ''] = line.split('|').map((part) => part.trim());
      return [route, { people: people as Access['people'], tokens }];
    }),
);
