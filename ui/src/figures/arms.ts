/** The arms of the aftermath: what each is called, its colour, and its dashes as a second sign. */
import { t } from '../lib/words';
import type { Arm, ArmName } from './documents';
import type { Entry } from './Key.svelte';

export const ARM_TONES: Record<ArmName, number> = { made: 0, not_made: 1, holds: 2, played: 0 };
export const DASHES: Record<ArmName, 'line' | 'dash' | 'dots'> = { made: 'line', not_made: 'dash', holds: 'dots', played: 'line' };

export function armSays(name: ArmName): string {
  return t(`figure.arm.${name}`);
}

/** What the lines and the bands of a fan are: the medians of all arms, and the bands of one. */
export function fanKey(arms: Arm[], front: ArmName): Entry[] {
  return [
    ...arms.map((each): Entry => ({ says: t('figure.fans.median_of', { arm: armSays(each.name) }), tone: ARM_TONES[each.name], sign: DASHES[each.name] })),
    { says: t('figure.fans.bands', { arm: armSays(front) }), tone: ARM_TONES[front], sign: 'band' },
  ];
}
