import { timeLdapsearch } from './big-directory.mjs';
import { startOrg } from './org.mjs';

/** One full import into an empty org, between two readings of the same entries by ldapsearch; then it goes on with the org. */
export async function measureImport(directory, people) {
  const org = await startOrg(directory);
  try {
    const before = await timeLdapsearch(directory, org.settings);
    const atRest = org.memory();
    let most = atRest;
    const watch = setInterval(() => {
      most = Math.max(most, org.memory());
    }, 20);
    const { took, counts } = await org.import('full').finally(() => clearInterval(watch));
    const after = await timeLdapsearch(directory, org.settings);
    // the tutorial's three are there as well
    if (counts.users.new !== people + 3) throw new Error(`the import took ${counts.users.new} of ${people + 3} users`);
    const confirm = await org.confirm();
    const incremental = await org.import('incremental');
    if (incremental.counts.users.updated + incremental.counts.users.new > 0) throw new Error('nothing had changed');
    const search = (before + after) / 2;
    return {
      org,
      figures: {
        search,
        import: took,
        confirm: confirm.took,
        incremental: incremental.took,
        growth: (most - atRest) / 1024 / 1024,
        importRatio: took / search,
        incrementalPercent: (incremental.took / took) * 100,
      },
    };
  } catch (error) {
    await org.stop();
    throw error;
  }
}
