import { useState } from "react";
import { Icon } from "../../components/icons";
import { beamlineTopic, useTopic } from "../../live/hooks";

const isPresence = (payload: unknown): payload is { watchers: string[] } =>
  typeof payload === "object" && payload !== null && "watchers" in payload;

/** Names of those who have a page of the beamline open; to ask is to be among them. */
export function useWatchers(): string[] {
  const [names, setNames] = useState<string[]>([]);
  useTopic(beamlineTopic("presence"), (payload) => {
    if (isPresence(payload)) setNames(payload.watchers);
  });
  return names;
}

export function Watchers() {
  const names = useWatchers();
  return (
    <p className="watchers">
      <Icon name="user" />
      <span>{names.length ? `Here now: ${names.join(", ")}` : "Nobody else is here"}</span>
    </p>
  );
}
