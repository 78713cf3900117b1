import axe from 'axe-core';
import type { Page } from 'playwright-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What axe-core finds wrong with a page by WCAG 2.2, level A and AA: the rule, and where. The size of targets is asked
 * for by name, since axe leaves it out unless it is.
 */
export async function violationsOn(page: Page): Promise<string[]> {
  // Not as a script of the page's, which its policy refuses: through the browser's own tools.
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
    { runOnly: { type: 'tag' as const, values: tags }, rules: { 'target-size': { enabled: true } } },
  );
  if (passes.length < 10) throw new Error(`axe looked at next to nothing: ${passes.length} rules`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary?.split('\n')[1]?.trim()}`),
  );
}
