/** The real data that tests read where it stands beside the checkout; it is not part of the project. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared/data/', import.meta.url));

/** False where the checkout stands alone: the suites that need the data are then left out, and the run says so. */
export const hasSharedData = existsSync(folder);

/** The path of a file of the shared data. */
export function sharedData(path: string): string {
  return `${folder}${path}`;
}
