/** Memory of processes on Linux, with what they share counted once. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Proportional set size of a process in bytes; 0 when it is gone or not ours to look at. */
function proportionalSize(pid: string): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

interface Process {
  readonly pid: string;
  readonly parent: string;
  readonly folder: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const parent = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
        return [{ pid, parent, folder: readlinkSync(`/proc/${pid}/cwd`) }];
      } catch {
        return [];
      }
    });
}

/** Bytes of a process with all its descendants, and of the processes that work in a folder, as Postgres's do in its data. */
export function memoryOf(pid: number, folder: string): { program: number; database: number } {
  const all = processes();
  const own = new Set([String(pid)]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of all) {
      if (own.has(each.parent) && !own.has(each.pid)) {
        own.add(each.pid);
        grown = true;
      }
    }
  }
  const sum = (pids: string[]) => pids.reduce((total, each) => total + proportionalSize(each), 0);
  const database = all.filter((each) => each.folder.startsWith(folder)).map((each) => each.pid);
  return { program: sum([...own].filter((each) => !database.includes(each))), database: sum(database) };
}
