import type { Context } from '../context.ts';
import { DirectoryError } from '../directory/directory-error.ts';
import type { LifecycleOperation } from '../directory/life-cycle.ts';
import { userActor } from '../system-log/log-event.ts';
import type { ImportWork } from './import-work.ts';
import type { IntegrationSettings } from './settings.ts';

/** What happens in Okta to the users of entries that go and come back. An administrator is never locked out by it. */
export function createRemoval(
  { directory, systemLog }: Context,
  onRemoval: IntegrationSettings['import']['onRemoval'],
  jobId?: string,
): Pick<ImportWork, 'takeAway' | 'giveBack'> {
  function change(userId: string, operation: LifecycleOperation, eventType: string, why: string): void {
    try {
      const user = directory.users.transition(userId, operation);
      systemLog.append({
        eventType,
        displayMessage: why,
        target: [userActor(user)],
        transactionType: 'JOB',
        ...(jobId === undefined ? {} : { transactionId: jobId }),
      });
    } catch (error) {
      // Already suspended, or never active: there is nothing to do.
      if (!(error instanceof DirectoryError)) throw error;
    }
  }

  return {
    takeAway(userId, why) {
      if (onRemoval === 'nothing' || directory.adminRoles.isSuperAdmin(userId)) return;
      if (onRemoval === 'suspend') change(userId, 'suspend', 'system.import.user.suspend', why);
      else change(userId, 'deactivate', 'system.import.user.delete', why);
    },
    giveBack(userId) {
      const status = directory.users.get(userId)?.status;
      if (status === 'SUSPENDED') {
        change(userId, 'unsuspend', 'system.import.user.unsuspend', 'The entry is back in the directory');
      } else if (status === 'DEPROVISIONED') {
        change(userId, 'activate', 'system.import.user.update', 'The entry is back in the directory');
      }
    },
  };
}
