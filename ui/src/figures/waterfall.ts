/** The steps of a waterfall: from the first answer over what each edit explains to the second. */
import type { Comparison } from './documents';

export type WaterfallStep = { kind: 'whole' | 'part'; label: string; detail: string; from: number; to: number; error: number; beyond: boolean };

function whole(label: string, at: number): WaterfallStep {
  return { kind: 'whole', label, detail: '', from: at, to: at, error: 0, beyond: true };
}

/** The steps in the order of the document; edits without a change of their own are left out. */
export function steps(found: Comparison, labels: [string, string]): WaterfallStep[] {
  const { first, second } = found.answer;
  if (!first || !second) return [];
  let at = first.mean;
  const parts = found.parts.flatMap(({ label, edits, change }) => {
    if (!change) return [];
    const [edit] = edits;
    const detail = edits.length === 1 && edit ? `${label}: ${edit.before} → ${edit.after}` : label;
    const from = at;
    at += change.mean;
    return [{ kind: 'part' as const, label, detail, from, to: at, error: change.standard_error, beyond: change.beyond_noise }];
  });
  return [whole(labels[0], first.mean), ...parts, whole(labels[1], second.mean)];
}
