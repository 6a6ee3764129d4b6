import { carelessModel } from "../personas/careless-model.ts";
import { onCallEngineer } from "../personas/on-call-engineer.ts";
import type { Episode, Persona } from "../personas/persona.ts";
import { researcher } from "../personas/researcher.ts";
import { supportAgent } from "../personas/support-agent.ts";
import { hosts, type Host } from "./host.ts";
import type { Random } from "./random.ts";

export const personas: readonly [Persona, ...Persona[]] = [supportAgent, onCallEngineer, researcher, carelessModel];

export interface SessionPlan {
  persona: Persona;
  host: Host;
  episodes: Episode[];
}

const fits = (episode: Episode, host: Host): boolean => episode.fits === undefined || episode.fits(host);

/**
 * Who the session is and what happens in it. Personas take turns and each goes through its episodes two at a time, so
 * that twenty sessions see every episode; host, order and a last episode are drawn.
 */
export function planSession(number: number, random: Random): SessionPlan {
  const persona = personas[number % personas.length] ?? personas[0];
  const turn = Math.floor(number / personas.length);
  const first = (turn * 2) % persona.episodes.length;
  const due = [...persona.episodes, ...persona.episodes].slice(first, first + 2);
  const possible = persona.hosts
    .map((name) => hosts[name])
    .filter((host) => due.every((episode) => fits(episode, host)));
  if (possible.length === 0)
    throw new Error(`${persona.name}: no host fits both "${due[0]?.name}" and "${due[1]?.name}"`);
  const host = random.pick(possible);
  const last = random.pick(persona.episodes.filter((episode) => fits(episode, host) && !due.includes(episode)));
  return { persona, host, episodes: [...(random.chance(0.5) ? due : due.toReversed()), last] };
}
