/** The arms of the aftermath: what each is called, its colour, and its dashes as a second sign. */
import { t } from '../lib/words';
import type { ArmName } from './documents';

export const ARM_TONES: Record<ArmName, number> = { made: 0, not_made: 1, holds: 2, played: 0 };
export const DASHES: Record<ArmName, 'line' | 'dash' | 'dots'> = { made: 'line', not_made: 'dash', holds: 'dots', played: 'line' };

export function armSays(name: ArmName): string {
  return t(`figure.arm.${name}`);
}
