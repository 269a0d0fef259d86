/** With which every role is started: docs/decisions/0023-heap-of-an-idle-service.md. */
export const heapFlags = ['--no-memory-reducer', '--min-semi-space-size=16'] as const;
