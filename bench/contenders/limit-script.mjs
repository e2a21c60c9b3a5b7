// What one would write without this project: modules by p-limit, three calls one after the other, the last reply to a file.
// Arguments: URL of the model, modules, concurrency, folder for replies.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';

const [url, modules, concurrency, folder] = process.argv.slice(2);
const limit = pLimit(Number(concurrency));

async function ask(module, call) {
  const body = JSON.stringify({ contents: [{ parts: [{ text: `${call} of module ${module}` }] }] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return answer.json();
}

async function run(module) {
  await ask(module, 'review');
  await ask(module, 'fix');
  await writeFile(join(folder, `${module}.json`), JSON.stringify(await ask(module, 'review again')));
}

await Promise.all(Array.from({ length: Number(modules) }, (_, index) => limit(() => run(index))));
