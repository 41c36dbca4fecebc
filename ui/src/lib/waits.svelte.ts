/** Answers that are long in coming, so that the page can say why. */

/** After how many milliseconds an answer is late. */
export const LATE = 8000;

class Waits {
  /** How many answers are late now. */
  late = $state(0);

  /** Waits for an answer; from `after` milliseconds on it counts as late until it is there. */
  async for<T>(answer: Promise<T>, after = LATE): Promise<T> {
    let counted = 0;
    const timer = setTimeout(() => {
      counted = 1;
      this.late += 1;
    }, after);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.late -= counted;
    }
  }
}

export const waits = new Waits();
