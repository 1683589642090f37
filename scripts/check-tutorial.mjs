/** The diffs that docs/tutorial shows are those of the sources, and every page can be walked, as far as reading it tells. */
export async function checkTutorial(root) {
  const { checkPages } = await import('../packages/tutorial/dist/index.js');
  return checkPages(root);
}
