import { readFileSync } from 'node:fs';

/** `getconf CLK_TCK`: fixed at 100 for programs on every Linux of today, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

/** Fields of /proc/<pid>/stat after the command's name, counted from `state`. */
const UTIME = 11;
const STIME = 12;

/** CPU seconds, in user and kernel mode, from the text of /proc/<pid>/stat. */
export function cpuSecondsIn(stat: string): number {
  // The command's name may hold spaces and brackets; nothing after it does.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_SECOND;
}

/** Resident megabytes from the text of /proc/<pid>/status. */
export function residentMegabytesIn(status: string): number {
  const kilobytes = /^VmRSS:\s+(?<kilobytes>\d+) kB$/mu.exec(status)?.groups?.['kilobytes'];
  if (kilobytes === undefined) throw new Error('no VmRSS: the process has ended');
  return Number(kilobytes) / 1024;
}

/** CPU seconds that a process has used so far. */
export const cpuSecondsOf = (pid: number): number => cpuSecondsIn(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));

/** Megabytes of memory that a process holds now. */
export const residentMegabytesOf = (pid: number): number =>
  residentMegabytesIn(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
