/** What an analysis found in words, and what it does not hold for. */

/** The sentences without their signs of emphasis, then the notes; sentences that repeat a note are left out. */
export function told({ sentences, notes }: { sentences: string[]; notes: string[] }): string[] {
  return [...sentences.filter((each) => !each.startsWith('Note: ')).map((each) => each.replaceAll('*', '')), ...notes];
}
