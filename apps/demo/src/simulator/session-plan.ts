import { batchAgent } from "../personas/batch-agent.ts";
import { carelessModel } from "../personas/careless-model.ts";
import { onCallEngineer } from "../personas/on-call-engineer.ts";
import type { Episode, Persona } from "../personas/persona.ts";
import { refundDesk } from "../personas/refund-desk.ts";
import { researcher } from "../personas/researcher.ts";
import { supportAgent } from "../personas/support-agent.ts";
import { hosts, type Host } from "./host.ts";
import type { Random } from "./random.ts";

/** What sessions are about: stories that show every outcome, or plain load with low overhead. */
export const traffics = ["stories", "load"] as const;
export type Traffic = (typeof traffics)[number];

const personas: Record<Traffic, readonly [Persona, ...Persona[]]> = {
  stories: [refundDesk, supportAgent, onCallEngineer, carelessModel, researcher],
  load: [batchAgent],
};

export interface SessionPlan {
  persona: Persona;
  host: Host;
  episodes: Episode[];
}

const fits = (episode: Episode, host: Host): boolean => episode.fits === undefined || episode.fits(host);

/**
 * Who the session is and what happens in it. Personas take turns and each goes through its episodes two at a time, so
 * that 24 sessions see every episode; host, order and a last episode are drawn.
 */
export function planSession(number: number, random: Random, traffic: Traffic): SessionPlan {
  const players = personas[traffic];
  const persona = players[number % players.length] ?? players[0];
  const turn = Math.floor(number / players.length);
  const first = (turn * 2) % persona.episodes.length;
  const due = [...persona.episodes, ...persona.episodes].slice(first, first + Math.min(2, persona.episodes.length));
  const possible = persona.hosts
    .map((name) => hosts[name])
    .filter((host) => due.every((episode) => fits(episode, host)));
  if (possible.length === 0)
    throw new Error(`${persona.name}: no host fits "${due.map(({ name }) => name).join('" and "')}"`);
  const host = random.pick(possible);
  const others = persona.episodes.filter((episode) => fits(episode, host) && !due.includes(episode));
  const last = others.length > 0 ? [random.pick(others)] : [];
  return { persona, host, episodes: [...(random.chance(0.5) ? due : due.toReversed()), ...last] };
}
