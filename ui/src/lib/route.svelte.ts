import { parse, type Route } from './router';

class Here {
  route = $state.raw<Route>(parse(location.hash));
}

export const here = new Here();

addEventListener('hashchange', () => {
  here.route = parse(location.hash);
});

/** Goes to an address; in place of this one where `replace` is set. */
export function go(address: string, replace = false): void {
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, '', address);
  here.route = parse(address);
}
