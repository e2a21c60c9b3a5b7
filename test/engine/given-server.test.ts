import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findServer } from '../../src/engine/locate.ts';
import { tempFolder } from '../helpers/temp.ts';
import { writeTemporal } from './fake-temporal.ts';

test('a server given by hand that is too old is an error, not a server', async () => {
  const given = writeTemporal(join(tempFolder(), 'temporal'), '1.28.0');
  await expect(findServer({ BATCH_MANAGER_TEMPORAL: given })).rejects.toThrow(
    `names ${given}, which has server 1.28.0, but 1.29.0 or newer is needed`,
  );
});
