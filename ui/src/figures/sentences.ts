/** The sentences of the headline: likelihood, whether more draws would change it, and whether to believe it. */
import { t } from '../lib/words';
import type { Answer, Certificate, Enough } from './documents';
import { likelihood, percent, small, span } from './numbers';

const PLAIN = 0.005;

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The number and, where the draws do not agree, the range of 90 % of them. */
export function figures(probability: number, interval: number[] | null): string {
  if (!interval || interval[1]! - interval[0]! < PLAIN) return percent(probability);
  return t('figure.headline.figures', { percent: percent(probability), span: span(interval) });
}

/** An answer in words and numbers, its term of ICD 203 between asterisks. */
export function headlineWords(answer: Answer): string {
  const given = answer.given?.says ?? '';
  if (answer.probability === null) return t('figure.headline.never', { says: answer.says, given });
  const opening = t(`figure.opening.${likelihood(answer.probability)}`);
  const values = { opening, figures: figures(answer.probability, answer.interval), says: answer.says, given };
  return capital(t(given ? 'figure.headline.given' : 'figure.headline.plain', values));
}

/** Whether more draws would change the words. */
export function enoughWords(enough: Enough, draws: number): string {
  if (enough.settled) return t('figure.headline.settled', { n: draws });
  return t('figure.headline.unsettled', { n: draws, span: span(enough.interval), needed: enough.draws_needed });
}

/** The certificate in one sentence. */
export function certificateWords(found: Certificate, draws: number): string {
  if (found.unconverged) return t('figure.certificate.unconverged', { n: found.unconverged, draws, regret: small(found.max_regret) });
  if (found.equilibria === 'logit at precision') return t('figure.certificate.logit', { residual: small(found.max_residual) });
  return t('figure.certificate.exact', { regret: small(found.max_regret) });
}
