import type { Context } from '../../context.ts';
import { type Html, html } from '../../http/page.ts';
import { type ConsolePage, createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { dataTable } from '../widgets/data-table.ts';
import { agentStatus } from '../widgets/status-label.ts';
import { timeText } from '../widgets/time.ts';
import { nextSteps, setupText } from './next-steps.ts';

const REFRESH_MS = 5_000;

/** Dashboard: what there is, whether the agents work, what to do next. */
export const createDashboardSection: CreateConsoleSection = (context) => {
  const { router, page } = createConsoleRouter();
  page('/admin/dashboard', () => dashboard(context));
  page('/admin/dashboard/agents', () => agentsPage(context));
  return {
    heading: undefined,
    entries: [{ label: 'Dashboard', path: '/admin/dashboard', alsoAt: /^\/admin\/dashboard\// }],
    router,
  };
};

function dashboard(context: Context): ConsolePage {
  const { directory, services } = context;
  const pools = services.agentPools?.list() ?? [];
  const agents = pools.flatMap((pool) => pool.agents);
  const steps = nextSteps(context);
  const tile = (path: string, label: string, count: number): Html =>
    html`<li><a href="${path}"><strong>${count}</strong> ${label}</a></li>`;
  const status =
    agents.length === 0
      ? html`<p>No agent is connected to this org yet.</p>`
      : html`<ul class="plain-list">${pools.map(
          ({ name, operationalStatus }) => html`<li>${agentStatus(operationalStatus)} <code>${name}</code></li>`,
        )}</ul>`;
  return {
    title: 'Dashboard',
    body: html`<h1>Dashboard</h1>
<ul class="tiles" aria-label="Overview">
${tile('/admin/users', 'People', directory.users.count())}
${tile('/admin/groups', 'Groups', directory.groups.count())}
${tile('/admin/apps/active', 'Apps', directory.apps.findByKind('oidc_client').length)}
${tile('/admin/dashboard/agents', 'Agents', agents.length)}
</ul>
<div class="cards" id="overview" data-refresh="${REFRESH_MS}">
<section class="card" aria-labelledby="status"><h2 id="status">Status</h2>
${status}
<p><a href="/admin/dashboard/agents">Agents</a></p>
</section>
<section class="card" aria-labelledby="setup"><h2 id="setup">Set-up</h2>
<p id="setup-state">${setupText(context)}</p>
${steps.length === 0 ? html`<p>Nothing waits for you.</p>` : html`<h3>What to do next</h3><ol class="steps" id="next-steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>`}
</section>
</div>`,
  };
}

function agentsPage({ services }: Context): ConsolePage {
  const pools = services.agentPools?.list() ?? [];
  return {
    title: 'Agents',
    body: html`<p class="crumbs"><a href="/admin/dashboard">Dashboard</a></p>
<h1>Agents</h1>
<p>An agent runs beside the directory and calls this org; nothing calls the agent. Two or more of one directory share the
work.</p>
<div id="agents" data-refresh="${REFRESH_MS}">
${dataTable({
  caption: 'Agents',
  columns: ['Agent', 'Status', 'Type', 'Directory', 'Version', 'Last connection'],
  rows: pools.flatMap((pool) =>
    pool.agents.map((agent) => [
      agent.name,
      agentStatus(agent.operationalStatus),
      agent.type,
      html`<code>${pool.name}</code>`,
      agent.version,
      timeText(agent.lastConnection),
    ]),
  ),
  empty: 'No agent has been connected. Start one; it prints a link by which you let it in.',
})}
</div>
<details class="card"><summary>What the statuses mean</summary>
<dl class="facts">
<div><dt>${agentStatus('OPERATIONAL')}</dt><dd>connected, and its directory answers</dd></div>
<div><dt>${agentStatus('DEGRADED')}</dt><dd>connected, but its directory does not answer</dd></div>
<div><dt>${agentStatus('DISRUPTED')}</dt><dd>was connected, and is gone: nobody of this directory can sign in</dd></div>
<div><dt>${agentStatus('INACTIVE')}</dt><dd>let in, and never connected</dd></div>
</dl></details>`,
  };
}
