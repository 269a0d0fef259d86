/** Makes a thing when it is first asked for, and once. */
export function lazily<Thing>(make: () => Thing): () => Thing {
  const made: Thing[] = [];
  return () => {
    const [thing = make()] = made;
    made[0] = thing;
    return thing;
  };
}
