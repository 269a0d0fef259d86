/** For `refuses`: says that an update without any change is none. */
export function nothingToChange(...changes: readonly unknown[]): string | undefined {
  return changes.some((each) => each !== undefined) ? undefined : 'Give at least one thing to change.';
}
