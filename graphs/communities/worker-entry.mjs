// Node starts workers from JavaScript: this teaches the new thread TypeScript, then hands over to worker.ts.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
