// Writes the URL of each module that is loaded to the file in BATCH_MANAGER_TEST_MODULES.
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';

const hooks = `
import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(${JSON.stringify(process.env.BATCH_MANAGER_TEST_MODULES)}, url + '\\n');
  return next(url, context);
}`;
appendFileSync(process.env.BATCH_MANAGER_TEST_MODULES, '');
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
