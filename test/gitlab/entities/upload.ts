/** Bytes that someone uploaded, or that a package holds. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: Buffer;
}
