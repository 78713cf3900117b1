import { expect, onTestFinished, test } from 'vitest';
import { startOidc } from '../../infra/local/services/oidc.ts';
import type { Persona } from '../../infra/local/services/oidc-personas.ts';
import { temporaryFolder } from '../contracts/local-service.ts';
import { violationsOn } from '../support/accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { authorizeParameters, pkce } from '../support/sign-in.ts';
import { describeWith } from './tools.ts';

const redirectUri = 'http://127.0.0.1:9/signed-in';
const person = (id: string, name: string, role: string, more: Partial<Persona> = {}): Persona => ({
  id,
  name,
  about: 'Peer Services Supervisor of the northern and the southern office',
  program: 'peer',
  programName: 'Peer Specialist',
  isLoaded: true,
  role,
  kind: 'record',
  ...more,
});
const personas = [
  person('local-administrator', 'Administrator', 'administrator', { kind: 'stand-in' }),
  person('assessor-1', 'Nguyễn Thị Hồng Nhung', 'assessor', { kind: 'sample' }),
  person('a-1', 'فاطمة الزهراء', 'apprentice'),
  person('local-auditor', 'Auditor', 'auditor', { program: 'other', programName: 'other', isLoaded: false }),
];

const people = { recent: async () => personas, find: async () => undefined };

describeWith(['chromium'], 'the sign-in page of this machine', () => {
  test.each([
    ['a phone by day', { width: 360, height: 740 }, 'light'],
    ['a desk by night', { width: 1280, height: 900 }, 'dark'],
  ] as const)(
    'on %s breaks no rule of WCAG 2.2 AA, and a choice by keyboard goes back to the app',
    {
      timeout: 120_000,
    },
    async (_, viewport, colorScheme) => {
      const folder = temporaryFolder();
      onTestFinished(folder.remove);
      const client = {
        clientId: 'app',
        redirectUris: [redirectUri],
        logoutUris: [],
        scopes: ['openid', 'profile'],
        tokenSeconds: 60,
      };
      const oidc = await startOidc({ dataDir: folder.path, port: 0, client, people });
      onTestFinished(() => oidc.stop());
      const { context, close } = await openBrowser({ viewport, colorScheme });
      onTestFinished(close);
      const page = await context.newPage();
      const place = { issuer: oidc.endpoint, clientId: 'app', redirectUri };
      const parameters = new URLSearchParams(authorizeParameters(place, pkce().challenge));
      await page.goto(`${oidc.endpoint}/oauth2/authorize?${parameters}`);
      expect(await violationsOn(page)).toEqual([]);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(viewport.width);

      const back = page.waitForRequest((request) => request.url().startsWith(redirectUri));
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toContain('Nguyễn');
      await page.keyboard.press('Enter');
      expect(new URL((await back).url()).searchParams.get('code')).toMatch(/^[\w-]{43}$/);
    },
  );
});
