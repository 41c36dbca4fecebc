import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backOff, EventStream } from '../src/lib/events';

class FakeSource {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  listeners = new Map<string, (event: { data: string }) => void>();
  addEventListener(kind: string, listener: unknown) {
    this.listeners.set(kind, listener as (event: { data: string }) => void);
  }
  close() {
    this.closed = true;
  }
  say(kind: string, message: unknown) {
    this.listeners.get(kind)?.({ data: JSON.stringify(message) });
  }
}

describe('the stream of events', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function stream() {
    const made: FakeSource[] = [];
    const opened = vi.fn();
    const lost = vi.fn();
    const events = new EventStream('/api/events', opened, lost, () => {
      made.push(new FakeSource());
      return made.at(-1)! as never;
    });
    return { made, opened, lost, events };
  }

  it('tells each message to who listens to its kind, until they stop', () => {
    const { made, events } = stream();
    const heard = vi.fn();
    const stop = events.on('job', heard);
    events.open();
    made[0]!.say('job', { id: '1' });
    made[0]!.say('comment', { id: 2 });
    stop();
    made[0]!.say('job', { id: '3' });
    expect(heard.mock.calls).toEqual([[{ id: '1' }]]);
  });

  it('opens again after a loss, later each time, and soon again once it was open', () => {
    const { made, lost, opened, events } = stream();
    events.open();
    made[0]!.onerror!();
    expect(lost).toHaveBeenCalledOnce();
    expect(made[0]!.closed).toBe(true);
    vi.advanceTimersByTime(1300);
    expect(made).toHaveLength(2);
    made[1]!.onerror!();
    vi.advanceTimersByTime(1300);
    expect(made).toHaveLength(2);
    vi.advanceTimersByTime(1300);
    expect(made).toHaveLength(3);
    made[2]!.onopen!();
    expect(opened).toHaveBeenCalledOnce();
    made[2]!.onerror!();
    vi.advanceTimersByTime(1300);
    expect(made).toHaveLength(4);
  });

  it('stays closed once closed', () => {
    const { made, events } = stream();
    events.open();
    made[0]!.onerror!();
    events.close();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(1);
  });

  it('waits between one second and ten', () => {
    expect([1, 2, 3, 9].map((failures) => backOff(failures, 0.5))).toEqual([1000, 2000, 4000, 10_000]);
  });
});

describe('a stream taken up again', () => {
  it('goes on after the last event that came', () => {
    vi.useFakeTimers();
    const urls: string[] = [];
    const made: FakeSource[] = [];
    const events = new EventStream('/api/events', undefined, undefined, (url) => {
      urls.push(url);
      made.push(new FakeSource());
      return made.at(-1)! as never;
    });
    events.open();
    made[0]!.listeners.get('job')!({ data: '{}', lastEventId: 'a-7' } as never);
    made[0]!.listeners.get('presence')!({ data: '{}', lastEventId: '' } as never);
    made[0]!.onerror!();
    vi.advanceTimersByTime(1300);
    expect(urls).toEqual(['/api/events', '/api/events?after=a-7']);
    vi.useRealTimers();
  });

  it('tells all who show something when too much was missed', () => {
    const { onAny, made } = (() => {
      const sources: FakeSource[] = [];
      const events = new EventStream('/api/events', undefined, undefined, () => {
        sources.push(new FakeSource());
        return sources.at(-1)! as never;
      });
      events.open();
      return { onAny: events.onAny.bind(events), made: sources };
    })();
    const load = vi.fn();
    const stop = onAny(['scenario'], load);
    made[0]!.say('reset', {});
    made[0]!.say('scenario', {});
    stop();
    made[0]!.say('reset', {});
    expect(load).toHaveBeenCalledTimes(2);
  });
});
