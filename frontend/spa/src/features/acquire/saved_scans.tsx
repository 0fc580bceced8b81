import { useState } from "react";
import { getPresets, type KeptPreset } from "../../api/presets";
import { may } from "../../bootstrap";
import { Button, Card, Empty, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { type Built, builtOf, type PlanCall } from "./loops";
import { KeptActions, ofWhom, SavePreset } from "./presets";

interface SavedScansProps {
  beamline: string;
  /** What would be saved; null as long as something is missing. */
  call: PlanCall | null;
  proposal: string;
  onTake: (built: Built) => void;
}

/** Scans that were built before, one's own and those of one's proposals: they are presets like any other. */
export function SavedScans({ beamline, call, proposal, onTake }: SavedScansProps) {
  const kept = useResource(`presets:${beamline}`, (signal) => getPresets(beamline, signal));
  const [isSaving, setSaving] = useState(false);
  const scans = scansIn(kept.data ?? []);
  return (
    <Card
      title="Saved scans"
      actions={
        may("queue:write") && (
          <Button disabled={!call} onClick={() => setSaving(true)}>
            Save scan
          </Button>
        )
      }
    >
      {kept.error && <Problem error={kept.error} onRetry={kept.refresh} />}
      {kept.data && scans.length === 0 && <Empty>None yet. A saved scan is among the presets, too.</Empty>}
      <ul className="lines">
        {scans.map(({ preset, built }) => (
          <li key={preset.uid}>
            <Button kind="quiet" label={`Take ${preset.title}`} onClick={() => onTake(built)}>
              {preset.title}
            </Button>
            <span className="muted line-rest">
              {ofWhom(preset)} · {preset.plan}
            </span>
            <KeptActions beamline={beamline} preset={preset} onDeleted={kept.refresh} />
          </li>
        ))}
      </ul>
      {isSaving && call && (
        <SavePreset
          beamline={beamline}
          {...call}
          metadata={{}}
          proposal={proposal}
          onClose={(title) => {
            setSaving(false);
            if (title) kept.refresh();
          }}
        />
      )}
    </Card>
  );
}

/** Those presets that the builder can show as loops. */
function scansIn(presets: KeptPreset[]): { preset: KeptPreset; built: Built }[] {
  return presets.flatMap((preset) => {
    const built = builtOf(preset);
    return built ? [{ preset, built }] : [];
  });
}
