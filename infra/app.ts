import { App, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bundleStep, type StepName } from './bundle.ts';
import { JourneypaperStack } from './stacks/journeypaper-stack.ts';
import { readSettings, SettingsError } from './stacks/settings.ts';

/**
 * Set here and not in `cdk.json`, so that `cdk synth` and a plain `node infra/app.ts` give the same template.
 */
const context = {
  // Access logs arrive by a bucket policy that names their bucket, not by an ACL.
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  // The template names the folder of each bundle, for whoever realises it elsewhere.
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:enable-path-metadata': true,
};

export type AppOptions = {
  /** Where the cloud assembly goes; `CDK_OUTDIR`, then a temporary folder. */
  outdir?: string;
  /** Settings, as `-c` gives them. */
  context?: Record<string, unknown>;
  /** The code of a step; its bundle unless said otherwise. */
  code?: (step: StepName) => Code;
};

/** The app with its one stack, checked by cdk-nag when it is synthesised. Needs no account and no network. */
export function journeypaperApp(options: AppOptions = {}): App {
  const app = new App({
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    analyticsReporting: false,
    context: { ...context, ...options.context },
  });
  const settings = readSettings(app.node);
  new JourneypaperStack(app, 'Journeypaper', {
    settings,
    code: options.code ?? ((step) => Code.fromAsset(bundleStep(step))),
    stackName: settings.stage === 'production' ? 'Journeypaper' : `Journeypaper-${settings.stage}`,
    description: 'Issues apprenticeship completion certificates from evidence',
    terminationProtection: true,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}

if (import.meta.main) {
  try {
    journeypaperApp().synth();
  } catch (error) {
    // A wrong setting is no fault of the app's: the sentence alone, without where it was found.
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
