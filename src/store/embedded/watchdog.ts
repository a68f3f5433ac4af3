/**
 * The watchdog: a shell that outlives whoever started it. It runs Postgres, reads the FIFO that every process on the
 * server holds open, and stops Postgres once nobody does.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Layout } from './folder.ts';
import { ENVIRONMENT, startFault } from './process.ts';
import { PORT } from './socket.ts';
import { identity, type ServerUser } from './user.ts';

/**
 * Descriptor 3 is the lock, which Postgres keeps; 4 the FIFO, which only the reading part keeps. The reader answers a
 * token with a file of that name, so that a joiner knows it was heard before the reader decided to stop. If the first
 * shell is killed, the reader still stops the server; if the reader is killed, the next joiner does.
 */
const SCRIPT = `
log=$1 joined=$2 socket=$3
shift 3
umask 077
exec >"$log" 2>&1
rm -rf "$joined" && mkdir "$joined" || exit 1
rm -f "$socket"/.s.PGSQL.*
"$@" </dev/null 4<&- &
postgres=$!
(
  while read -r token; do
    kill -0 "$postgres" 2>/dev/null || exit 0
    [ -z "$token" ] || true >"$joined/$token"
  done
  exec 0<&-
  kill -INT "$postgres" 2>/dev/null
) <&4 3<&- 4<&- &
reader=$!
exec 4<&-
wait "$postgres"
status=$?
kill "$reader" 2>/dev/null
rmdir "$socket" 2>/dev/null
exit $status
`;

/** Small, for a laptop; durable, as reports are not to be lost. Only start, stop and crashes are logged, no statement. */
const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  shared_buffers: '32MB',
  max_connections: '100',
  jit: 'off',
  io_method: 'sync',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'on',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
};

/** How a watchdog ended; `null` while it runs. */
export type Ending = { readonly error?: unknown } | null;

/**
 * Starts the watchdog in a session of its own, where no terminal's signal reaches it.
 *
 * @returns a function that says whether it has ended
 */
export function startWatchdog(
  layout: Layout,
  binaries: Binaries,
  user: ServerUser,
  socketFolder: string,
  descriptors: { readonly lock: number; readonly reading: number },
): () => Ending {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const place = ['-D', layout.cluster, '-k', socketFolder, '-p', String(PORT)];
  const postgres = [join(binaries.folder, 'bin/postgres'), ...place, ...settings];
  const child = spawn(
    'sh',
    ['-c', SCRIPT, 'downstream-database', layout.log, layout.joined, socketFolder, ...postgres],
    {
      ...identity(user),
      cwd: '/',
      env: ENVIRONMENT,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', descriptors.lock, descriptors.reading],
    },
  );
  let ending: Ending = null;
  child.on('error', (error) => {
    ending = { error: startFault('sh', user, error) };
  });
  child.on('exit', () => {
    ending = {};
  });
  child.unref();
  return () => ending;
}
