/** Whether the client takes an event stream; many clients, the bare curl among them, ask for JSON alone or for anything. */
export function takesStream({ headers }: Pick<Request, 'headers'>): boolean {
  return (headers.get('accept') ?? '').includes('text/event-stream');
}
