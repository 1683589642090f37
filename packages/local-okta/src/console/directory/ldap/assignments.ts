import type { Context } from '../../../context.ts';
import { html } from '../../../http/page.ts';
import type { ConsoleRouter } from '../../console-router.ts';
import { userLink } from '../../widgets/addresses.ts';
import { dataTable } from '../../widgets/data-table.ts';
import { PAGE_SIZE, pager, pageStart } from '../../widgets/pager.ts';
import { userStatus } from '../../widgets/status-label.ts';
import { LDAP_PATH, ldapOf, ldapPage } from './ldap-frame.ts';

/** Directory Integrations > LDAP > Assignments: which entry belongs to whom. */
export function addAssignmentsPage({ page }: ConsoleRouter, context: Context): void {
  const { directory } = context;
  page(`${LDAP_PATH}/assignments`, (visit) => {
    const ldap = ldapOf(context, visit);
    const after = pageStart(visit.query('after'));
    const found = directory.appUsers.listAssigned(ldap.app.id, { after, limit: PAGE_SIZE });
    const rows = found.items.flatMap((appUser) => {
      const user = appUser.userId === null ? undefined : directory.users.get(appUser.userId);
      if (user === undefined) return [];
      return [[userLink(user), userStatus(user.status), html`<code>${String(appUser.profile.dn ?? '')}</code>`]];
    });
    return ldapPage(
      ldap,
      'assignments',
      'Assignments',
      html`<h2>Assignments</h2>
${dataTable({
  caption: 'Okta users that belong to an entry of the directory',
  columns: ['Person & username', 'Status', 'Entry'],
  rows,
  empty: 'Nobody is assigned yet: import users, and confirm them.',
})}
${pager({ path: `${ldap.address}/assignments`, query: {}, after, next: found.next })}`,
    );
  });
}
