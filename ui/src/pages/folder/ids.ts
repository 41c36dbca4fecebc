const PIECE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Whether a scenario can be called so: its path in the folder without `.yaml`, pieces parted by colons. */
export function isId(text: string): boolean {
  return text.split(':').every((piece) => PIECE.test(piece));
}

/** A name for a file, made of a title. */
export function slug(title: string): string {
  return title.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9_.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 60);
}
