import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { engineError } from '../domain/errors.ts';
import { PACKAGE_ROOT } from '../version.ts';

/** Version of the Temporal SDK: a bundle works only with the very version that made it, so its name holds it. */
export function sdkVersion(): string {
  return (createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string }).version;
}

/** Where the build puts the workflow bundle. */
export function bundlePath(): string {
  return join(PACKAGE_ROOT, 'dist', `workflow-bundle-${sdkVersion()}.js`);
}

/** @throws UserError (engine) where the bundle was not built with this SDK. */
export function builtBundle(): string {
  const path = bundlePath();
  if (existsSync(path)) return path;
  throw engineError(
    `The workflow bundle ${path} is missing: the program was not built, or the SDK changed.\nRun: npm run build`,
  );
}
