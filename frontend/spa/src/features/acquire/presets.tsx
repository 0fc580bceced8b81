import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { deletePreset, getPresets, type KeptPreset, savePreset } from "../../api/presets";
import { bootstrap, may } from "../../bootstrap";
import { parametersLine } from "../../components/format";
import { Button, Card, Dialog, Field, Problem, useAction } from "../../components/parts";
import { useOffers } from "../../live/offers";
import { useResource } from "../../live/resource";

/** Measurements prepared by the staff, and those that people keep: one press fills in the form. */
export function Presets({ beamline }: { beamline: string }) {
  const kept = useResource(`presets:${beamline}`, (signal) => getPresets(beamline, signal));
  const rows = kept.data ?? [];
  const { presets } = useOffers();
  if (presets.length === 0 && rows.length === 0 && !kept.error) return null;
  return (
    <Card title="Presets">
      {kept.error && <Problem error={kept.error} onRetry={kept.refresh} />}
      <ul className="lines">
        {presets.map((preset) => (
          <li key={preset.name}>
            <Link to={`/acquire/${preset.plan}?preset=${preset.name}`}>{preset.title}</Link>
            <span className="muted line-rest">
              {preset.plan} · {parametersLine(preset.parameters)}
            </span>
          </li>
        ))}
        {rows.map((preset) => (
          <li key={preset.uid}>
            <Link to={`/acquire/${preset.plan}?kept=${preset.uid}`}>{preset.title}</Link>
            <span className="muted line-rest">
              {ofWhom(preset)} · {preset.plan} · {parametersLine(preset.parameters)}
            </span>
            <KeptActions beamline={beamline} preset={preset} onDeleted={kept.refresh} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Whose preset it is, in words. */
export const ofWhom = ({ proposal, author }: KeptPreset) => (proposal ? `${author}, ${proposal}` : "yours");

interface KeptActionsProps {
  beamline: string;
  preset: KeptPreset;
  onDeleted: () => void;
}

/** What can be done with a kept preset by who may: delete it, when asked again. */
export function KeptActions({ beamline, preset, onDeleted }: KeptActionsProps) {
  const [isAsked, setAsked] = useState(false);
  if (!mayDelete(preset)) return null;
  return (
    <>
      <Button
        kind="quiet"
        icon="trash"
        label={`Delete the preset ${preset.title}`}
        onClick={() => setAsked(true)}
      >
        {""}
      </Button>
      {isAsked && (
        <DeletePreset
          beamline={beamline}
          preset={preset}
          onClose={(isDone) => {
            setAsked(false);
            if (isDone) onDeleted();
          }}
        />
      )}
    </>
  );
}

function mayDelete(preset: KeptPreset): boolean {
  return preset.author === bootstrap.user.username || may("environment:manage");
}

interface DeletePresetProps {
  beamline: string;
  preset: KeptPreset;
  onClose: (isDone: boolean) => void;
}

function DeletePreset({ beamline, preset, onClose }: DeletePresetProps) {
  const action = useAction();
  return (
    <Dialog title={`Delete the preset ${preset.title}?`} onClose={() => onClose(false)}>
      <p>Items and runs that were made from it stay.</p>
      {action.error && <Problem error={action.error} />}
      <div className="dialog-actions">
        <Button onClick={() => onClose(false)}>Cancel</Button>
        <Button
          kind="danger"
          busy={action.isBusy}
          onClick={() =>
            void action
              .run(() => deletePreset(beamline, preset.uid))
              .then((isDone) => isDone && onClose(true))
          }
        >
          Delete
        </Button>
      </div>
    </Dialog>
  );
}

interface SavePresetProps {
  beamline: string;
  plan: string;
  parameters: Record<string, unknown>;
  metadata: Record<string, unknown>;
  proposal: string;
  onClose: (savedAs: string) => void;
}

/** Keeps what the form says under a title, for oneself or for all of the proposal. */
export function SavePreset({ beamline, proposal, onClose, ...what }: SavePresetProps) {
  const [title, setTitle] = useState("");
  const [isShared, setShared] = useState(false);
  const action = useAction();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const preset = { ...what, title: title.trim(), proposal: isShared ? proposal : null };
    if (await action.run(() => savePreset(beamline, preset))) onClose(preset.title);
  };
  return (
    <Dialog title="Keep as a preset" onClose={() => onClose("")}>
      <form onSubmit={(event) => void save(event)}>
        <Field label="Title" required>
          {(ids) => (
            <input
              {...ids}
              value={title}
              required
              maxLength={200}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        {proposal && (
          <label className="tick">
            <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} />
            For everybody of {proposal}
          </label>
        )}
        {action.error && <Problem error={action.error} />}
        <div className="dialog-actions">
          <Button onClick={() => onClose("")}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.isBusy}>
            Keep
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
