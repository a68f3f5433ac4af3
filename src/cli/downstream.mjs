#!/usr/bin/env node
// The program is TypeScript, run as it stands: tsx strips the types, and nothing has to be built first.
import { register } from 'tsx/esm/api';

register();

// Whoever reads our output may stop reading, as `head` does; that is no fault.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
// All is said. What a client of a lost server still waits for keeps nobody here.
if (process.exitCode !== 0) setTimeout(() => process.exit(), 1_000).unref();
