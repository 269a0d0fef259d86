/** The sample's own time: hours after Monday, 5 January 2026, so that its commits always have the same ids. */
export function hour(hours: number): string {
  return new Date(Date.UTC(2026, 0, 5, 9 + hours)).toISOString();
}
